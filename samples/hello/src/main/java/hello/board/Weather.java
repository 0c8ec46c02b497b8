package hello.board;

import hello.json.Json;
import hello.json.JsonObject;

/** The weather of a day. */
public record Weather(Sky sky, Temperature temperature) {
    public Json toJson() {
        return new JsonObject()
            .put("sky", sky.describe())
            .put("celsius", temperature.celsius())
            .put("fahrenheit", temperature.fahrenheit());
    }
}
