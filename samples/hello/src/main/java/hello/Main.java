package hello;

import hello.board.BoardHandler;
import hello.board.QuoteBoard;
import hello.board.QuotesHandler;
import hello.board.WeatherStation;
import hello.feature.FeatureHandler;
import hello.greeting.GreetHandler;
import hello.greeting.HomeHandler;
import hello.http.AccessLog;
import hello.http.Router;
import hello.http.Server;
import hello.status.HealthHandler;
import hello.status.MemoryCheck;
import hello.status.SlowHandler;
import hello.status.ThreadCheck;
import hello.status.Uptime;
import hello.status.VersionHandler;
import java.io.IOException;
import java.util.List;

/** Puts the service together and starts it on the port of {@code -Dhello.port}, 8080 without it. */
public final class Main {
    private Main() {
    }

    public static void main(String[] args) throws IOException {
        var uptime = new Uptime();
        var quotes = QuoteBoard.standard();
        var router = new Router()
            .get("/", new HomeHandler())
            .get("/greet/{name}", new GreetHandler())
            .get("/board", new BoardHandler(quotes, new WeatherStation()))
            .get("/quotes", new QuotesHandler(quotes))
            .get("/fortune", new FeatureHandler("hello.feature.Fortune"))
            .get("/slow", new SlowHandler())
            .get("/health", new HealthHandler(List.of(new MemoryCheck(), new ThreadCheck()), uptime))
            .get("/version", new VersionHandler());
        var server = new Server(router, new AccessLog(100));
        int port = server.start(Integer.getInteger("hello.port", 8080));
        System.out.println("Listening on http://127.0.0.1:" + port + "/");
    }
}
