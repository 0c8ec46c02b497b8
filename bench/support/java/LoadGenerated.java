/** Loads and initialises the generated classes 0 to N-1, says READY, and waits. */
public class LoadGenerated {
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        for (int at = 0; at < count; at++) Class.forName("gen.p" + at / 100 + ".C" + at);
        System.out.println("READY");
        Thread.sleep(Long.MAX_VALUE);
    }
}
