import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Defines, links and initialises N copies of one class under names of its own length, says READY, and waits. */
public class DefineMany {
    static final String TEMPLATE = "com/example/shop/module000/service/Template00000";

    static class Loader extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        byte[] template;
        try (InputStream in = DefineMany.class.getResourceAsStream("/" + TEMPLATE + ".class")) {
            template = in.readAllBytes();
        }
        byte[] name = TEMPLATE.getBytes(StandardCharsets.US_ASCII);
        Loader loader = new Loader();
        for (int at = 0; at < count; at++) {
            String own = String.format("com/example/shop/module%03d/service/Template%05d", at / 100, at);
            byte[] bytes = template.clone();
            byte[] replacement = own.getBytes(StandardCharsets.US_ASCII);
            for (int from = 0; from <= bytes.length - name.length; from++)
                if (matches(bytes, from, name)) System.arraycopy(replacement, 0, bytes, from, name.length);
            Class<?> defined = loader.define(bytes);
            Class.forName(defined.getName(), true, loader);
        }
        System.out.println("READY");
        Thread.sleep(Long.MAX_VALUE);
    }

    static boolean matches(byte[] bytes, int from, byte[] name) {
        for (int at = 0; at < name.length; at++) if (bytes[from + at] != name[at]) return false;
        return true;
    }
}
