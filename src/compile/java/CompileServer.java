package swapdeck.compile;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The warm compiler: answers compilations on standard input and output until standard input ends. Frames are
 * described in src/compile/protocol.ts. Requests of one project run one after another, those of different
 * projects side by side. Nothing is written to the disk. Logs and what processors print go to standard error.
 */
public final class CompileServer {
    private static final int COMPILE = 1;
    private static final int CANCEL = 2;

    private static final int OK = 0;
    private static final int ERRORS = 1;
    private static final int CANCELLED = 2;
    private static final int FAILED = 3;
    /** The compiler does not take the options, or there is no such encoding. */
    private static final int REFUSED = 4;

    /** Projects kept open; the one not used for longest goes first. */
    private static final int MAX_PROJECTS = 8;
    /** Deeply nested expressions need more than a thread gets by default. */
    private static final long STACK_BYTES = 16L << 20;

    private final DataOutputStream out;
    private final Map<Integer, Cancellation> running = new ConcurrentHashMap<>();
    private final Map<Definition, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private final ExecutorService threads = Executors.newCachedThreadPool(new ThreadFactory() {
        @Override
        public Thread newThread(Runnable work) {
            Thread thread = new Thread(null, work, "compile", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        }
    });

    /** Holds the project of one definition; its lock makes requests of one project wait for each other. */
    private static final class Slot {
        Project project;
    }

    private CompileServer(DataOutputStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
        DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
        // A processor that prints must not break the frames.
        System.setOut(System.err);
        CompileServer server = new CompileServer(out);
        new Wire.Writer().i32(0).string(System.getProperty("java.version")).writeTo(out);
        for (Wire.Reader request = Wire.read(in); request != null; request = Wire.read(in)) {
            server.receive(request);
        }
        // Not exit(): a processor's shutdown hook or an endless one must not keep this process alive.
        Runtime.getRuntime().halt(0);
    }

    private void receive(final Wire.Reader request) throws IOException {
        final int id = request.i32();
        int operation = request.u8();
        if (operation == CANCEL) {
            Cancellation cancellation = running.get(request.i32());
            if (cancellation != null) {
                cancellation.cancel();
            }
            return;
        }
        final Cancellation cancellation = new Cancellation();
        running.put(id, cancellation);
        final long since = System.nanoTime();
        if (operation != COMPILE) {
            reply(id, FAILED, since, new Project.Outcome(), "unknown operation " + operation);
            return;
        }
        threads.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    compile(id, request, cancellation, since);
                } catch (IOException closed) {
                    Runtime.getRuntime().halt(1);
                }
            }
        });
    }

    private void compile(int id, Wire.Reader request, Cancellation cancellation, long since) throws IOException {
        Project.Outcome outcome = new Project.Outcome();
        int status;
        String failure = "";
        try {
            Definition definition = new Definition(request);
            List<Project.Input> inputs = inputs(request);
            Slot slot = slotOf(definition);
            synchronized (slot) {
                cancellation.check();
                if (slot.project == null || slot.project.isOutdated()) {
                    if (slot.project != null) {
                        slot.project.dispose();
                    }
                    slot.project = null;
                    slot.project = new Project(definition);
                }
                outcome = slot.project.compile(inputs, cancellation);
            }
            status = outcome.ok ? OK : ERRORS;
        } catch (BufferUnderflowException malformed) {
            status = FAILED;
            failure = "malformed request";
        } catch (IllegalArgumentException refused) {
            status = REFUSED;
            failure = String.valueOf(refused.getMessage());
        } catch (Throwable thrown) {
            status = FAILED;
            failure = thrown.toString();
            if (!cancellation.isCancelled()) {
                thrown.printStackTrace();
            }
        }
        if (cancellation.isCancelled()) {
            status = CANCELLED;
        }
        reply(id, status, since, outcome, failure);
    }

    private static List<Project.Input> inputs(Wire.Reader request) {
        List<Project.Input> inputs = new ArrayList<>();
        for (int left = request.count(); left > 0; left--) {
            String path = request.string();
            inputs.add(new Project.Input(path, request.u8() == 0 ? null : request.string()));
        }
        return inputs;
    }

    private synchronized Slot slotOf(Definition definition) {
        Slot slot = slots.get(definition);
        if (slot == null) {
            if (slots.size() >= MAX_PROJECTS) {
                Iterator<Slot> eldest = slots.values().iterator();
                retire(eldest.next());
                eldest.remove();
            }
            slot = new Slot();
            slots.put(definition, slot);
        }
        return slot;
    }

    private void retire(final Slot slot) {
        threads.execute(new Runnable() {
            @Override
            public void run() {
                synchronized (slot) {
                    if (slot.project != null) {
                        slot.project.dispose();
                        slot.project = null;
                    }
                }
            }
        });
    }

    private void reply(int id, int status, long since, Project.Outcome outcome, String failure)
            throws IOException {
        running.remove(id);
        Wire.Writer reply = new Wire.Writer()
                .i32(id)
                .u8(status)
                .i32((int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - since) / 1000));
        List<Output> classes = status == OK ? outcome.classes : new ArrayList<Output>();
        reply.i32(classes.size());
        for (Output output : classes) {
            reply.string(output.name).string(output.source == null ? "" : output.source);
            reply.bytes(output.toByteArray());
        }
        List<Problem> problems =
                status == OK || status == ERRORS ? outcome.problems : new ArrayList<Problem>();
        reply.i32(problems.size());
        for (Problem problem : problems) {
            reply.string(problem.kind).string(problem.path).string(problem.code).string(problem.message);
            reply.i32(problem.line).i32(problem.column).i32(problem.endLine).i32(problem.endColumn);
        }
        reply.string(failure).writeTo(out);
    }
}
