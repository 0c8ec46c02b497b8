package swapdeck.compile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import javax.tools.SimpleJavaFileObject;

/**
 * What the compiler or a processor writes: a class file, a generated source or a resource. Stays in memory: this
 * process never writes to the disk.
 */
final class Output extends SimpleJavaFileObject {
    /** Binary name of a class or source (demo.Outer$Inner); the path of a resource. */
    final String name;
    /** The source the class comes from, or null when a processor made it. */
    final String source;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);

    Output(Kind kind, String name, String source) {
        super(uriOf(name.replace('.', '/') + kind.extension), kind);
        this.name = name;
        this.source = source;
    }

    private static URI uriOf(String path) {
        try {
            return new URI("memory", null, "/" + path, null);
        } catch (URISyntaxException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    @Override
    public OutputStream openOutputStream() {
        bytes.reset();
        return bytes;
    }

    @Override
    public Writer openWriter() {
        return new OutputStreamWriter(openOutputStream(), StandardCharsets.UTF_8);
    }

    @Override
    public InputStream openInputStream() {
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }
}