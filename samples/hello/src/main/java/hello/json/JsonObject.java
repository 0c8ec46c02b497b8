package hello.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Values by name, in the order in which they were put. */
public final class JsonObject implements Json {
    private final Map<String, Json> members = new LinkedHashMap<>();

    public JsonObject put(String name, Json value) {
        members.put(name, value);
        return this;
    }

    public JsonObject put(String name, String value) {
        return put(name, new JsonText(value));
    }

    public JsonObject put(String name, double value) {
        return put(name, new JsonNumber(value));
    }

    public JsonObject put(String name, boolean value) {
        return put(name, new JsonFlag(value));
    }

    @Override
    public String render() {
        return members.entrySet().stream()
            .map(member -> new JsonText(member.getKey()).render() + ":" + member.getValue().render())
            .collect(Collectors.joining(",", "{", "}"));
    }
}
