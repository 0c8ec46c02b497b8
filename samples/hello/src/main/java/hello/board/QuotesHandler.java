package hello.board;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;
import hello.json.JsonArray;

/** Answers {@code /quotes?author=hopper}. */
public final class QuotesHandler implements Handler {
    private final QuoteBoard quotes;

    public QuotesHandler(QuoteBoard quotes) {
        this.quotes = quotes;
    }

    @Override
    public Response handle(Request request) {
        String author = request.query().get("author").orElse("");
        return Response.json(JsonArray.of(quotes.by(author), Quote::toJson));
    }
}
