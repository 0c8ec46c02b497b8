package adara;

/**
 * How the service comes up. To see what a deployment makes of a broken release, {@code ADARA_STARTUP} makes it
 * misbehave: {@code slow:MS} (healthy only after that time), {@code never} (never healthy) or {@code crash}.
 */
final class Startup {
  private final String manner;
  private volatile boolean done;

  private Startup(String manner) {
    this.manner = manner;
  }

  static Startup fromEnvironment() {
    return new Startup(Main.environment("ADARA_STARTUP", "normal"));
  }

  boolean isDone() {
    return done;
  }

  void begin() {
    if (manner.equals("crash")) {
      System.err.println("adara: the database does not answer");
      Runtime.getRuntime().halt(3);
    }
    if (manner.equals("never")) {
      System.err.println("adara: waiting for the database");
      return;
    }
    if (manner.startsWith("slow:")) pause(Integer.parseInt(manner.substring("slow:".length())));
    done = true;
    System.out.println("adara is up");
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
