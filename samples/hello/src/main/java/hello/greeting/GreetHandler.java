package hello.greeting;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;
import java.time.LocalTime;

/** Answers {@code /greet/{name}?language=nl}. */
public final class GreetHandler implements Handler {
    @Override
    public Response handle(Request request) {
        var language = request.query().get("language").map(Language::of).orElse(Language.ENGLISH);
        var name = new Name(request.variable("name"));
        return Response.text(Greeting.forName(name, language, TimeOfDay.at(LocalTime.now())));
    }
}
