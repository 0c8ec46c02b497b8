package hello.http;

import hello.json.Json;

/** An answer: a status, what kind of text it is, and the text. */
public record Response(Status status, String contentType, String body) {
    public static Response text(String body) {
        return new Response(Status.OK, "text/plain; charset=utf-8", body + "\n");
    }

    public static Response json(Json value) {
        return new Response(Status.OK, "application/json", value.render() + "\n");
    }

    public static Response error(Status status, String message) {
        return text(message).with(status);
    }

    public Response with(Status other) {
        return new Response(other, contentType, body);
    }
}
