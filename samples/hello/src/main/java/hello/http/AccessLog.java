package hello.http;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Remembers the latest requests. */
public final class AccessLog {
    /** One answered request. */
    public record Entry(Instant at, String path, Status status, long micros) {
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final int size;

    public AccessLog(int size) {
        this.size = size;
    }

    public synchronized void add(Entry entry) {
        entries.addLast(entry);
        if (entries.size() > size) {
            entries.removeFirst();
        }
    }

    public synchronized long errors() {
        return entries.stream().filter(entry -> entry.status().isError()).count();
    }
}
