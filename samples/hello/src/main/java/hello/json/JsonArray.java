package hello.json;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A list of values. */
public record JsonArray(List<Json> values) implements Json {
    public static <T> JsonArray of(List<T> items, Function<T, Json> toJson) {
        return new JsonArray(items.stream().map(toJson).toList());
    }

    @Override
    public String render() {
        return values.stream().map(Json::render).collect(Collectors.joining(",", "[", "]"));
    }
}
