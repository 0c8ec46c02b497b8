package swapdeck.compile;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Paths;
import javax.tools.SimpleJavaFileObject;

/** A source: as the editor has it, or as it is on the disk, read when first needed. */
final class Source extends SimpleJavaFileObject {
    final String path;
    private final Charset encoding;
    private String text;

    Source(String path, String text) {
        this(path, text, null);
    }

    Source(String path, Charset encoding) {
        this(path, null, encoding);
    }

    private Source(String path, String text, Charset encoding) {
        super(new File(path).toURI(), Kind.SOURCE);
        this.path = path;
        this.text = text;
        this.encoding = encoding;
    }

    /** The file's text; what is not in its encoding is an error, as with the javac command. */
    String read() throws Problem.Found {
        if (text == null) {
            ByteBuffer bytes;
            try {
                bytes = ByteBuffer.wrap(Files.readAllBytes(Paths.get(path)));
            } catch (IOException | InvalidPathException unreadable) {
                throw new Problem(path, "compiler.err.cant.read.file", "cannot read: " + path).asException();
            }
            text = decode(bytes);
        }
        return text;
    }

    private String decode(ByteBuffer bytes) throws Problem.Found {
        CharsetDecoder decoder = encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer chars = CharBuffer.allocate(1 + (int) (bytes.limit() * (double) decoder.maxCharsPerByte()));
        CoderResult result = decoder.decode(bytes, chars, true);
        if (!result.isError()) {
            result = decoder.flush(chars);
        }
        chars.flip();
        if (result.isError()) {
            String message = String.format(
                    "unmappable character (0x%02X) for encoding %s",
                    bytes.get(bytes.position()),
                    encoding.name());
            Problem problem = new Problem(path, "compiler.err.illegal.char.for.encoding", message);
            problem.locate(chars, chars.length(), chars.length());
            throw problem.asException();
        }
        return chars.toString();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
        try {
            return read();
        } catch (Problem.Found problem) {
            throw new IOException(problem.getMessage());
        }
    }
}
