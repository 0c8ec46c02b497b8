package hello.status;

import java.time.Duration;

/** How long the service has been running. */
public final class Uptime {
    private final long started = System.nanoTime();

    public Duration soFar() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
