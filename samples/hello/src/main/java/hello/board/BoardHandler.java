package hello.board;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;
import hello.json.JsonObject;
import java.time.LocalDate;

/** Answers {@code /board}: today's quote and weather. */
public final class BoardHandler implements Handler {
    private final QuoteBoard quotes;
    private final Forecast forecast;

    public BoardHandler(QuoteBoard quotes, Forecast forecast) {
        this.quotes = quotes;
        this.forecast = forecast;
    }

    @Override
    public Response handle(Request request) {
        var today = LocalDate.now();
        return Response.json(new JsonObject()
            .put("date", today.toString())
            .put("quote", quotes.today(today).toJson())
            .put("weather", forecast.on(today).toJson()));
    }
}
