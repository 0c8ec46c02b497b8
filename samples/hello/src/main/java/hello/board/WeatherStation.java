package hello.board;

import java.time.LocalDate;

/** A forecast that needs no instruments: the same day always has the same weather. */
public final class WeatherStation implements Forecast {
    @Override
    public Weather on(LocalDate date) {
        int day = date.getDayOfYear();
        double season = -Math.cos(2 * Math.PI * day / 365.0);
        var temperature = new Temperature((int) Math.round(100 + 90 * season + day % 7 * 5));
        return new Weather(Sky.values()[day % Sky.values().length], temperature);
    }
}
