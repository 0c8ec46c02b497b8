package hello.greeting;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;

/** Answers {@code /}. */
public final class HomeHandler implements Handler {
    @Override
    public Response handle(Request request) {
        return Response.text(Greeting.welcome());
    }
}
