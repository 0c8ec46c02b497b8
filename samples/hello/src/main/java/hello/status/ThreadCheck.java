package hello.status;

import java.lang.management.ManagementFactory;

/** Whether no threads wait for each other for ever. */
public final class ThreadCheck implements Check {
    @Override
    public String name() {
        return "threads";
    }

    @Override
    public boolean passes() {
        return ManagementFactory.getThreadMXBean().findDeadlockedThreads() == null;
    }
}
