package hello.board;

import hello.json.Json;
import hello.json.JsonObject;

/** Something that was said, and who said it. */
public record Quote(String author, String text) {
    public boolean isBy(String part) {
        return author.toLowerCase().contains(part.toLowerCase());
    }

    public Json toJson() {
        return new JsonObject().put("author", author).put("text", text);
    }
}
