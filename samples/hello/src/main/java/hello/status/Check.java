package hello.status;

/** One thing that must be right for the service to be well. */
public interface Check {
    String name();

    boolean passes();
}
