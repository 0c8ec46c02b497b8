package hello.json;

/** A value that can be written as JSON. */
public sealed interface Json permits JsonObject, JsonArray, JsonText, JsonNumber, JsonFlag {
    String render();
}
