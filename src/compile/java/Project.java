package swapdeck.compile;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** One project kept warm: its compiler, its options, its open jars. Compiles one request at a time. */
final class Project {
    private static final String SERVICES = "META-INF/services/javax.annotation.processing.Processor";
    private static final Map<String, ClassLoader> ECJ = new HashMap<>();

    private final Definition definition;
    private final JavaCompiler compiler;
    private final List<String> options;
    private final ProjectFiles files;
    private final Charset encoding;
    /** Size and time of everything that is kept open, to notice when it changes on the disk. */
    private final long[] stamp;

    Project(Definition definition) throws Exception {
        this.definition = definition;
        this.stamp = stampOf(definition);
        this.compiler = compilerOf(definition.ecjJar);
        this.encoding = Charset.forName(definition.encoding);
        // The Eclipse compiler reads through these as well; its own manager knows no source path.
        JavaCompiler javac = systemCompiler();
        StandardJavaFileManager jars = javac.getStandardFileManager(null, null, encoding);
        StandardJavaFileManager folders = javac.getStandardFileManager(null, null, encoding);

        File classRoot = new File(definition.classRoot);
        List<File> jarFiles = new ArrayList<>();
        List<File> folderFiles = new ArrayList<>();
        folderFiles.add(classRoot);
        for (File entry : filesOf(definition.classPath)) {
            if (!entry.equals(classRoot)) {
                (entry.isDirectory() ? folderFiles : jarFiles).add(entry);
            }
        }
        jars.setLocation(StandardLocation.CLASS_PATH, jarFiles);
        folders.setLocation(StandardLocation.CLASS_PATH, folderFiles);
        if (classRoot.isDirectory()) {
            folders.setLocation(StandardLocation.CLASS_OUTPUT, Collections.singletonList(classRoot));
        }

        List<File> processorPath = new ArrayList<>();
        if (definition.processing.equals("path")) {
            processorPath = filesOf(definition.processorPath);
        } else if (definition.processing.equals("classPath")) {
            processorPath = filesOf(definition.classPath);
        }
        this.files = new ProjectFiles(
                jars, folders, encoding, classRoot, filesOf(definition.sourceRoots), processorPath);
        if (files.isModular()) {
            List<File> modules = new ArrayList<>(folderFiles);
            modules.remove(classRoot);
            modules.addAll(jarFiles);
            setLocationNamed(jars, "MODULE_PATH", modules);
        }

        this.options = new ArrayList<>(definition.options);
        boolean isJavac = definition.ecjJar.isEmpty();
        if (isJavac) {
            options.add("-implicit:class");
        }
        if (definition.processing.equals("none") || files.processorLoader().findResource(SERVICES) == null) {
            options.add("-proc:none");
        } else if (isJavac && runtimeVersion() >= 21) {
            // From 23 on processors found on the class path do not run unless asked for.
            options.add("-proc:full");
        }
    }

    private static JavaCompiler compilerOf(String ecjJar) throws Exception {
        if (ecjJar.isEmpty()) {
            return systemCompiler();
        }
        ClassLoader loader;
        synchronized (ECJ) {
            loader = ECJ.get(ecjJar);
            if (loader == null) {
                loader = new URLClassLoader(new URL[] {new File(ecjJar).toURI().toURL()});
                ECJ.put(ecjJar, loader);
            }
        }
        Class<?> type = Class.forName("org.eclipse.jdt.internal.compiler.tool.EclipseCompiler", true, loader);
        return (JavaCompiler) type.getDeclaredConstructor().newInstance();
    }

    private static JavaCompiler systemCompiler() {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException("this Java has no compiler");
        }
        return javac;
    }

    /** Locations newer than Java 8 are reached by name. */
    private static void setLocationNamed(StandardJavaFileManager manager, String name, List<File> value)
            throws IOException {
        for (StandardLocation location : StandardLocation.values()) {
            if (location.name().equals(name)) {
                manager.setLocation(location, value);
            }
        }
    }

    static int runtimeVersion() {
        String version = System.getProperty("java.specification.version");
        return Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
    }

    private static List<File> filesOf(List<String> paths) {
        List<File> all = new ArrayList<>();
        for (String path : paths) {
            all.add(new File(path));
        }
        return all;
    }

    private static long[] stampOf(Definition definition) {
        List<File> watched = filesOf(definition.classPath);
        watched.addAll(filesOf(definition.processorPath));
        long[] stamp = new long[watched.size() * 2 + 1];
        int at = 0;
        for (File file : watched) {
            boolean folder = file.isDirectory();
            stamp[at++] = folder ? -1 : file.lastModified();
            stamp[at++] = folder ? -1 : file.length();
        }
        stamp[at] = new File(definition.classRoot, "module-info.class").lastModified();
        return stamp;
    }

    /** Whether a jar was rebuilt, or a folder came or went, since this project was opened. */
    boolean isOutdated() {
        return !Arrays.equals(stamp, stampOf(definition));
    }

    /** A source to compile; without text the file is read. */
    static final class Input {
        final String path;
        final String text;

        Input(String path, String text) {
            this.path = path;
            this.text = text;
        }
    }

    static final class Outcome {
        boolean ok;
        List<Output> classes = Collections.emptyList();
        final List<Problem> problems = new ArrayList<>();
    }

    Outcome compile(List<Input> inputs, Cancellation cancellation) {
        final Outcome outcome = new Outcome();
        files.begin(cancellation);
        final Map<String, Source> units = new LinkedHashMap<>();
        for (Input input : inputs) {
            Source source = input.text == null
                    ? new Source(input.path, encoding)
                    : new Source(input.path, input.text);
            units.put(input.path, source);
            try {
                source.read();
            } catch (Problem.Found found) {
                outcome.problems.add(found.problem);
            }
        }
        if (!outcome.problems.isEmpty()) {
            return outcome;
        }
        final boolean isJavac = definition.ecjJar.isEmpty();
        DiagnosticListener<JavaFileObject> listener = new DiagnosticListener<JavaFileObject>() {
            @Override
            public void report(Diagnostic<? extends JavaFileObject> diagnostic) {
                if (outcome.problems.size() < Problem.LIMIT) {
                    outcome.problems.add(new Problem(diagnostic, units, isJavac ? 0 : 1));
                }
            }
        };
        try {
            // What the listener does not get: a processor's stack trace. The Eclipse compiler repeats everything.
            PrintWriter log = new PrintWriter(isJavac ? System.err : new ByteArrayOutputStream());
            outcome.ok = compiler.getTask(log, files, listener, options, null, units.values()).call();
            if (outcome.ok) {
                outcome.classes = files.classes();
            }
            return outcome;
        } finally {
            files.begin(Cancellation.NEVER);
        }
    }

    void dispose() {
        try {
            files.dispose();
        } catch (IOException ignored) {
            // A jar that cannot be closed does no more harm than one that stays open.
        }
    }
}
