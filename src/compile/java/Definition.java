package swapdeck.compile;

import java.util.Arrays;
import java.util.List;

/** What a project is compiled with. Comes with every request, so that this process may be restarted at any time. */
final class Definition {
    /** Empty for the JDK's own compiler, else the jar of the Eclipse compiler. */
    final String ecjJar;
    /** Options in javac's own words, such as -g, -parameters, --release 17. */
    final List<String> options;
    final String encoding;
    /** Where the classes of this project are; searched before the class path. */
    final String classRoot;
    final List<String> classPath;
    /** Sources of classes that have no class file yet are compiled along from here. */
    final List<String> sourceRoots;
    /** "classPath": as javac searches without -processorpath; "path": processorPath; "none". */
    final String processing;
    final List<String> processorPath;

    Definition(Wire.Reader in) {
        ecjJar = in.string();
        options = in.strings();
        encoding = in.string();
        classRoot = in.string();
        classPath = in.strings();
        sourceRoots = in.strings();
        processing = in.string();
        processorPath = in.strings();
    }

    private List<Object> parts() {
        return Arrays.<Object>asList(
                ecjJar, options, encoding, classRoot, classPath, sourceRoots, processing, processorPath);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Definition && ((Definition) other).parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }
}
