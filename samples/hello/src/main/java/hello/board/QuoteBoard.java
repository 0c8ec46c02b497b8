package hello.board;

import java.time.LocalDate;
import java.util.List;

/** The quotes of the service; one of them is today's. */
public final class QuoteBoard {
    private final List<Quote> quotes;

    public QuoteBoard(List<Quote> quotes) {
        this.quotes = List.copyOf(quotes);
    }

    public static QuoteBoard standard() {
        return new QuoteBoard(List.of(
            new Quote("Grace Hopper", "The most dangerous phrase in the language is: we've always done it this way."),
            new Quote("Ada Lovelace", "That brain of mine is something more than merely mortal, as time will show."),
            new Quote("Edsger W. Dijkstra", "Simplicity is a prerequisite for reliability."),
            new Quote("Tony Hoare", "Inside every large program, there is a small program trying to get out."),
            new Quote("Barbara Liskov", "You never need optimal performance, you need good-enough performance.")));
    }

    public Quote today(LocalDate date) {
        return quotes.get(Math.floorMod(date.toEpochDay(), quotes.size()));
    }

    public List<Quote> by(String author) {
        return quotes.stream().filter(quote -> quote.isBy(author)).toList();
    }
}
