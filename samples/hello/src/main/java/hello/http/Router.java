package hello.http;

import java.util.ArrayList;
import java.util.List;

/** Finds the handler of a path; the first route that fits wins. */
public final class Router {
    private final List<Route> routes = new ArrayList<>();

    public Router get(String pattern, Handler handler) {
        routes.add(new Route(pattern, handler));
        return this;
    }

    public Response answer(String path, Query query) {
        for (Route route : routes) {
            var variables = route.match(path);
            if (variables.isPresent()) {
                return answer(route, new Request(path, variables.get(), query));
            }
        }
        return Response.error(Status.NOT_FOUND, "Nothing here: " + path);
    }

    private static Response answer(Route route, Request request) {
        try {
            return route.handler().handle(request);
        } catch (Exception failure) {
            return Response.error(Status.INTERNAL_ERROR, "Failed: " + failure);
        }
    }
}
