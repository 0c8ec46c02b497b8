package swapdeck.compile;

/** Tells a compilation under way that nobody waits for it any more. */
final class Cancellation {
    static final Cancellation NEVER = new Cancellation();

    private volatile boolean cancelled;

    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Called from where the compiler asks for files; the compiler lets an Error through. */
    void check() {
        if (cancelled) {
            throw new Cancelled();
        }
    }

    static final class Cancelled extends Error {
        private static final long serialVersionUID = 1;

        Cancelled() {
            super("cancelled", null, false, false);
        }
    }
}
