package adara;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Counts requests that are not answered yet. */
final class InFlight extends Filter {
  private int count;

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    change(1);
    try {
      chain.doFilter(exchange);
    } finally {
      change(-1);
    }
  }

  @Override
  public String description() {
    return "counts requests in flight";
  }

  synchronized int count() {
    return count;
  }

  private synchronized void change(int by) {
    count += by;
    notifyAll();
  }

  /** Waits until there are none, at most that long. */
  synchronized void awaitNone(long time, TimeUnit unit) {
    long end = System.nanoTime() + unit.toNanos(time);
    try {
      for (long left = end - System.nanoTime(); count > 0 && left > 0; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
