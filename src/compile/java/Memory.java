package swapdeck.compile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.tools.SimpleJavaFileObject;

/** File objects that live in memory only: this process never writes to the disk. */
final class Memory {
    private Memory() {
    }

    /** The text of a source as the editor has it; its URI is the file's. */
    static final class Source extends SimpleJavaFileObject {
        final String path;
        private final String text;

        Source(String path, String text) {
            super(new File(path).toURI(), Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** What the compiler or a processor writes: a class file, a generated source or a resource. */
    static final class Output extends SimpleJavaFileObject {
        /** Binary name of a class or source (demo.Outer$Inner); the path of a resource. */
        final String name;
        /** The source the class comes from, or null when a processor made it. */
        final String source;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);

        Output(Kind kind, String name, String source) {
            super(URI.create("memory:///" + name.replace('.', '/').replace(" ", "%20") + kind.extension), kind);
            this.name = name;
            this.source = source;
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
}
