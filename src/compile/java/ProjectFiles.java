package swapdeck.compile;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/**
 * The files of one project as the compiler sees them. Keeps what is costly to ask again at every compilation,
 * the listings of jars and of the JDK and the class loader of the annotation processors, and never keeps what
 * changes with every save, the listings of class folders. Output stays in memory.
 *
 * Two standard file managers share the class path: `jars` (the one forwarded to) and `folders`.
 */
final class ProjectFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final StandardJavaFileManager folders;
    private final Charset encoding;
    private final File classRoot;
    private final List<File> sourceRoots;
    private final List<File> processorPath;

    private final Map<String, List<JavaFileObject>> listings = new HashMap<>();
    /** Binary names of what is in `listings`. */
    private final Map<JavaFileObject, String> keptNames = new IdentityHashMap<>();
    /** Binary names of sources found along the way in this compilation. */
    private final Map<String, String> sourceNames = new HashMap<>();
    private final List<Output> outputs = new ArrayList<>();
    private URLClassLoader processors;
    private Cancellation cancellation = Cancellation.NEVER;

    ProjectFiles(
            StandardJavaFileManager jars,
            StandardJavaFileManager folders,
            Charset encoding,
            File classRoot,
            List<File> sourceRoots,
            List<File> processorPath) {
        super(jars);
        this.folders = folders;
        this.encoding = encoding;
        this.classRoot = classRoot;
        this.sourceRoots = sourceRoots;
        this.processorPath = processorPath;
    }

    /** Forgets the output of the compilation before. */
    void begin(Cancellation cancellation) {
        this.cancellation = cancellation;
        outputs.clear();
        sourceNames.clear();
    }

    List<Output> classes() {
        List<Output> classes = new ArrayList<>();
        for (Output output : outputs) {
            if (output.getKind() == JavaFileObject.Kind.CLASS) {
                classes.add(output);
            }
        }
        return classes;
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
            throws IOException {
        cancellation.check();
        if (location == StandardLocation.SOURCE_PATH) {
            return kinds.contains(JavaFileObject.Kind.SOURCE) && !recurse
                    ? sourcesWithoutClass(packageName)
                    : Collections.<JavaFileObject>emptyList();
        }
        if (location == StandardLocation.CLASS_OUTPUT) {
            return folders.list(location, packageName, kinds, recurse);
        }
        if (location == StandardLocation.CLASS_PATH) {
            List<JavaFileObject> all = new ArrayList<>();
            for (JavaFileObject file : folders.list(location, packageName, kinds, recurse)) {
                all.add(file);
            }
            all.addAll(kept(location, packageName, kinds, recurse));
            return all;
        }
        // Other modules' folders may change, the JDK does not.
        boolean fixed = location == StandardLocation.PLATFORM_CLASS_PATH
                || location.getName().startsWith("SYSTEM_MODULES");
        return fixed
                ? kept(location, packageName, kinds, recurse)
                : super.list(location, packageName, kinds, recurse);
    }

    private List<JavaFileObject> kept(
            Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
            throws IOException {
        String key = location.getName() + '|' + packageName + '|' + kinds + recurse;
        List<JavaFileObject> listing = listings.get(key);
        if (listing == null) {
            listing = new ArrayList<>();
            for (JavaFileObject file : super.list(location, packageName, kinds, recurse)) {
                listing.add(file);
                keptNames.put(file, super.inferBinaryName(location, file));
            }
            listings.put(key, listing);
        }
        return listing;
    }

    /** Sources of the package whose class was never compiled; the others are read from their class files. */
    private List<JavaFileObject> sourcesWithoutClass(String packageName) {
        String folder = packageName.replace('.', File.separatorChar);
        List<JavaFileObject> found = new ArrayList<>();
        Set<String> built = null;
        for (File root : sourceRoots) {
            String[] names = new File(root, folder).list();
            if (names == null) {
                continue;
            }
            if (built == null) {
                String[] classes = new File(classRoot, folder).list();
                built = classes == null ? Collections.<String>emptySet() : new HashSet<>(Arrays.asList(classes));
            }
            for (String name : names) {
                // A dash: package-info and module-info hold no class that another one could need.
                if (!name.endsWith(".java") || name.indexOf('-') >= 0) {
                    continue;
                }
                String simple = name.substring(0, name.length() - ".java".length());
                if (!built.contains(simple + ".class")) {
                    String path = new File(new File(root, folder), name).getPath();
                    sourceNames.put(path, packageName.isEmpty() ? simple : packageName + '.' + simple);
                    found.add(new Source(path, encoding));
                }
            }
        }
        return found;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        String name = keptNames.get(file);
        if (name == null && file instanceof Source) {
            name = sourceNames.get(((Source) file).path);
        }
        if (name == null && file instanceof Output) {
            name = ((Output) file).name;
        }
        if (name == null && folders.hasLocation(location)) {
            name = folders.inferBinaryName(location, file);
        }
        return name != null ? name : super.inferBinaryName(location, file);
    }

    @Override
    public boolean hasLocation(Location location) {
        // A source path, even an empty one, keeps the compiler from looking for sources on the class path.
        return location == StandardLocation.SOURCE_PATH
                || location == StandardLocation.CLASS_OUTPUT
                || location == StandardLocation.ANNOTATION_PROCESSOR_PATH && !processorPath.isEmpty()
                || super.hasLocation(location);
    }

    @Override
    public JavaFileObject getJavaFileForInput(Location location, String className, JavaFileObject.Kind kind)
            throws IOException {
        JavaFileObject file =
                folders.hasLocation(location) ? folders.getJavaFileForInput(location, className, kind) : null;
        return file != null || location == StandardLocation.CLASS_OUTPUT || location == StandardLocation.SOURCE_PATH
                ? file
                : super.getJavaFileForInput(location, className, kind);
    }

    @Override
    public FileObject getFileForInput(Location location, String packageName, String relativeName)
            throws IOException {
        FileObject file = folders.hasLocation(location)
                ? folders.getFileForInput(location, packageName, relativeName)
                : null;
        return file != null || !super.hasLocation(location)
                ? file
                : super.getFileForInput(location, packageName, relativeName);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
        cancellation.check();
        String source = sibling == null || sibling instanceof Output ? null : pathOf(sibling);
        return keep(new Output(kind, className.replace('/', '.'), source));
    }

    @Override
    public FileObject getFileForOutput(
            Location location, String packageName, String relativeName, FileObject sibling) {
        return keep(new Output(JavaFileObject.Kind.OTHER, packageName + '/' + relativeName, null));
    }

    private Output keep(Output output) {
        outputs.add(output);
        return output;
    }

    /** The path of a file on the disk or of text that stands for it; null for anything else. */
    static String pathOf(FileObject file) {
        if (file instanceof Source) {
            return ((Source) file).path;
        }
        return "file".equals(file.toUri().getScheme()) ? new File(file.toUri()).getPath() : null;
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        return a.equals(b) || a.toUri().equals(b.toUri());
    }

    /** Asked from Java 9 on; the standard managers take only file objects of their own. */
    public boolean contains(Location location, FileObject file) {
        String path = pathOf(file);
        if (path == null) {
            return false;
        }
        if (location == StandardLocation.CLASS_OUTPUT) {
            return new File(path).toPath().startsWith(classRoot.toPath());
        }
        for (File root : sourceRoots) {
            if (location == StandardLocation.SOURCE_PATH && new File(path).toPath().startsWith(root.toPath())) {
                return true;
            }
        }
        return false;
    }

    /**
     * One loader for the annotation processors, kept from one compilation to the next: a processor such as Lombok
     * takes five times as long in a new one. The wrapper hides `close` from the compiler, which would call it.
     */
    @Override
    public ClassLoader getClassLoader(Location location) {
        if (location != StandardLocation.CLASS_PATH && location != StandardLocation.ANNOTATION_PROCESSOR_PATH) {
            return super.getClassLoader(location);
        }
        return new ClassLoader(processorLoader()) { };
    }

    URLClassLoader processorLoader() {
        if (processors == null) {
            URL[] urls = new URL[processorPath.size()];
            for (int i = 0; i < urls.length; i++) {
                try {
                    urls[i] = processorPath.get(i).toURI().toURL();
                } catch (MalformedURLException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
            processors = new URLClassLoader(urls, ProjectFiles.class.getClassLoader());
        }
        return processors;
    }

    /** Called by the compiler after each task: everything stays open for the next one. */
    @Override
    public void close() {
    }

    @Override
    public void flush() {
    }

    /** Closes the jars for good. */
    void dispose() throws IOException {
        super.close();
        folders.close();
        if (processors != null) {
            processors.close();
        }
    }

    boolean isModular() {
        return new File(classRoot, "module-info.class").exists();
    }
}
