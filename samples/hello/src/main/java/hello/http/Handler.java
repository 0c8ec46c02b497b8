package hello.http;

/** Answers a request. */
@FunctionalInterface
public interface Handler {
    Response handle(Request request) throws Exception;
}
