package adara;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Map;

/**
 * The pages. Every answer names the release in {@code X-Release}.
 *
 * <ul>
 *   <li>{@code /}: the version page.
 *   <li>{@code /slow?ms=N}: answers after N milliseconds.
 *   <li>{@code /search?q=TEXT}: something that warms up.
 * </ul>
 */
final class Pages implements HttpHandler {
  private static final int LONGEST_MS = 60_000;

  private final Release release;

  Pages(Release release) {
    this.release = release;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("X-Release", release.name());
    Map<String, String> query = Answers.query(exchange);
    switch (exchange.getRequestURI().getPath()) {
      case "/" -> Answers.text(exchange, 200, "Adara, release " + release.name() + "\n");
      case "/slow" -> slow(exchange, Answers.number(query.get("ms"), 1000, LONGEST_MS));
      case "/search" -> Answers.text(exchange, 200, search(query.getOrDefault("q", "")));
      default -> Answers.text(exchange, 404, "Not found\n");
    }
  }

  private void slow(HttpExchange exchange, int millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Answers.text(exchange, 200, "Slow answer of release " + release.name() + "\n");
  }

  private String search(String text) {
    long hash = 0;
    for (int i = 0; i < 10_000; i++) hash = hash * 31 + (text + i).hashCode();
    return "Found " + Math.floorMod(hash, 100) + " for " + text + "\n";
  }
}
