package hello.status;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;
import hello.json.JsonObject;

/** Answers {@code /version}. */
public final class VersionHandler implements Handler {
    static final String VERSION = "1.0.0";

    @Override
    public Response handle(Request request) {
        return Response.json(new JsonObject()
            .put("name", "hello")
            .put("version", VERSION)
            .put("java", System.getProperty("java.version")));
    }
}
