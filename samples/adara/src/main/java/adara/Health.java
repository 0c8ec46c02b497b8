package adara;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;

/** {@code {"status":"UP"}} with 200 once the service can serve, else {@code OUT_OF_SERVICE} with 503. */
final class Health implements HttpHandler {
  private final Startup startup;

  Health(Startup startup) {
    this.startup = startup;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    boolean up = startup.isDone();
    Answers.json(exchange, up ? 200 : 503, "{\"status\":\"" + (up ? "UP" : "OUT_OF_SERVICE") + "\"}");
  }
}
