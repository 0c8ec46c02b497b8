package hello.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The service's own HTTP server, on loopback only. */
public final class Server {
    private final Router router;
    private final AccessLog log;
    private final AtomicInteger workers = new AtomicInteger();

    public Server(Router router, AccessLog log) {
        this.router = router;
        this.log = log;
    }

    /** Starts listening; port 0 takes any free port. Returns the port. */
    public int start(int port) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        http.setExecutor(Executors.newFixedThreadPool(8, task -> new Thread(task, "http-" + workers.incrementAndGet())));
        http.createContext("/", this::exchange);
        http.start();
        return http.getAddress().getPort();
    }

    private void exchange(HttpExchange exchange) throws IOException {
        long started = System.nanoTime();
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Response response = exchange.getRequestMethod().equals("GET")
                ? router.answer(path, Query.parse(exchange.getRequestURI().getRawQuery()))
                : Response.error(Status.METHOD_NOT_ALLOWED, "Only GET is answered.");
            byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", response.contentType());
            exchange.sendResponseHeaders(response.status().code(), body.length);
            exchange.getResponseBody().write(body);
            long micros = (System.nanoTime() - started) / 1000;
            log.add(new AccessLog.Entry(Instant.now(), path, response.status(), micros));
        }
    }
}
