package hello.board;

import java.time.LocalDate;

/** Says what the weather of a day is. */
public interface Forecast {
    Weather on(LocalDate date);
}
