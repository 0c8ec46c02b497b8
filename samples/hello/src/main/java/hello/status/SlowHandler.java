package hello.status;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;

/** Answers {@code /slow?ms=2000} after that time: a request that is still under way while classes are swapped. */
public final class SlowHandler implements Handler {
    @Override
    public Response handle(Request request) throws InterruptedException {
        int ms = request.query().number("ms", 1000, 60_000);
        Thread.sleep(ms);
        return Response.text("Took " + ms + " ms.");
    }
}
