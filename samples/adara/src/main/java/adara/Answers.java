package adara;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What all pages share: reading the query and writing an answer. */
final class Answers {
  private Answers() {}

  static void text(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, "text/plain; charset=utf-8", text);
  }

  static void json(HttpExchange exchange, int status, String json) throws IOException {
    send(exchange, status, "application/json", json);
  }

  private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
    try (OutputStream body = exchange.getResponseBody()) {
      if (!head) body.write(bytes);
    }
  }

  static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> values = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    if (query == null) return values;
    for (String pair : query.split("&")) {
      String[] sides = pair.split("=", 2);
      String value = sides.length < 2 ? "" : sides[1];
      values.put(
          URLDecoder.decode(sides[0], StandardCharsets.UTF_8), URLDecoder.decode(value, StandardCharsets.UTF_8));
    }
    return values;
  }

  static int number(String text, int otherwise, int most) {
    try {
      return text == null ? otherwise : Math.max(0, Math.min(most, Integer.parseInt(text)));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
