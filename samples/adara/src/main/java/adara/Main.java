package adara;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The service: listens on {@code SERVER_PORT} and answers until it is asked to end. */
public final class Main {
  /** How long requests in flight get when the service is asked to end. */
  private static final int GRACE_SECONDS = 10;

  private Main() {}

  public static void main(String[] args) throws IOException {
    Release release = Release.read();
    Startup startup = Startup.fromEnvironment();
    int port = Integer.parseInt(environment("SERVER_PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 1024);
    ExecutorService threads = Executors.newCachedThreadPool();
    InFlight inFlight = new InFlight();
    server.setExecutor(threads);
    server.createContext("/", new Pages(release)).getFilters().add(inFlight);
    server.createContext("/actuator/health", new Health(startup)).getFilters().add(inFlight);
    stopOnSignal(server, threads, inFlight);
    server.start();
    System.out.println("adara " + release.name() + " listens on port " + port);
    startup.begin();
  }

  /** Ends when all requests in flight are answered, as the JVM does on SIGTERM. */
  private static void stopOnSignal(HttpServer server, ExecutorService threads, InFlight inFlight) {
    Thread stopping =
        new Thread(
            () -> {
              System.out.println("adara ends; " + inFlight.count() + " requests in flight");
              inFlight.awaitNone(GRACE_SECONDS, TimeUnit.SECONDS);
              server.stop(0);
              threads.shutdown();
            });
    Runtime.getRuntime().addShutdownHook(stopping);
  }

  static String environment(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
