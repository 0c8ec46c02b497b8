package hello.status;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;
import hello.http.Status;
import hello.json.JsonObject;
import java.util.List;

/** Answers {@code /health}: 503 when a check fails. */
public final class HealthHandler implements Handler {
    private final List<Check> checks;
    private final Uptime uptime;

    public HealthHandler(List<Check> checks, Uptime uptime) {
        this.checks = checks;
        this.uptime = uptime;
    }

    @Override
    public Response handle(Request request) {
        var results = new JsonObject();
        boolean up = true;
        for (Check check : checks) {
            boolean passes = check.passes();
            up &= passes;
            results.put(check.name(), passes);
        }
        var body = new JsonObject()
            .put("status", up ? "UP" : "DOWN")
            .put("checks", results)
            .put("seconds", uptime.soFar().toSeconds());
        return Response.json(body).with(up ? Status.OK : Status.UNAVAILABLE);
    }
}
