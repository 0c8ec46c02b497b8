package swapdeck.compile;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames between the editor and this process; the other side is src/compile/protocol.ts, which describes
 * the layout. All numbers are big-endian. A frame is u32 length and that many bytes. A string is u32 length and
 * UTF-8, a list is u32 count and its items.
 */
final class Wire {
    /** The largest frame taken from the other side: a request holds source text and paths only. */
    private static final int MAX_FRAME = 256 << 20;

    private Wire() {
    }

    /** The body of the next frame, or null when the other side has closed. */
    static Reader read(DataInputStream in) throws IOException {
        int length;
        try {
            length = in.readInt();
        } catch (EOFException end) {
            return null;
        }
        if (length < 0 || length > MAX_FRAME) {
            throw new IOException("a frame of " + (length & 0xffffffffL) + " bytes");
        }
        byte[] body = new byte[length];
        in.readFully(body);
        return new Reader(body);
    }

    /** Reads fields of one frame; throws BufferUnderflowException past its end. */
    static final class Reader {
        private final ByteBuffer bytes;

        Reader(byte[] body) {
            bytes = ByteBuffer.wrap(body);
        }

        int u8() {
            return bytes.get() & 0xff;
        }

        int i32() {
            return bytes.getInt();
        }

        String string() {
            byte[] utf8 = new byte[count()];
            bytes.get(utf8);
            return new String(utf8, StandardCharsets.UTF_8);
        }

        List<String> strings() {
            int count = count();
            List<String> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(string());
            }
            return all;
        }

        /** A length or count that cannot be more than the bytes that are left. */
        int count() {
            int count = bytes.getInt();
            if (count < 0 || count > bytes.remaining()) {
                throw new java.nio.BufferUnderflowException();
            }
            return count;
        }
    }

    /** Collects the fields of one frame and writes it whole. */
    static final class Writer {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream(8192);
        private final DataOutputStream out = new DataOutputStream(body);

        Writer u8(int value) throws IOException {
            out.writeByte(value);
            return this;
        }

        Writer i32(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        Writer bytes(byte[] value) throws IOException {
            out.writeInt(value.length);
            out.write(value);
            return this;
        }

        Writer string(String value) throws IOException {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        void writeTo(DataOutputStream to) throws IOException {
            synchronized (to) {
                to.writeInt(body.size());
                body.writeTo(to);
                to.flush();
            }
        }
    }
}
