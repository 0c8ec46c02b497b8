package hello.status;

/** Whether there is memory left. */
public final class MemoryCheck implements Check {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean passes() {
        var runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return used < runtime.maxMemory() * 0.95;
    }
}
