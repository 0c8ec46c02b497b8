import com.sun.jdi.Bootstrap;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What debuggers do today: classesByName for each changed class, then one redefineClasses. Commands on standard
 * input: "attach PORT", "redefine FOLDER COUNT" (answers with milliseconds, class files read before), "detach".
 */
public class JdiPeer {
    public static void main(String[] args) throws Exception {
        VirtualMachine vm = null;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("READY");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "attach" -> {
                    vm = attach(words[1]);
                    System.out.println("attached");
                }
                case "detach" -> {
                    vm.dispose();
                    System.out.println("detached");
                }
                case "redefine" -> System.out.println(redefine(vm, Integer.parseInt(words[1]), Path.of(words[2])));
                default -> System.out.println("unknown " + line);
            }
        }
    }

    static VirtualMachine attach(String port) throws Exception {
        AttachingConnector sockets = Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(connector -> connector.transport().name().equals("dt_socket"))
            .findFirst()
            .orElseThrow();
        Map<String, Connector.Argument> arguments = sockets.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(port);
        for (;;) {
            try {
                return sockets.attach(arguments);
            } catch (java.net.ConnectException notYet) {
                Thread.sleep(5); // the VM listens again a moment after the last debugger left
            }
        }
    }

    static double redefine(VirtualMachine vm, int count, Path folder) throws Exception {
        String[] names = new String[count];
        byte[][] files = new byte[count][];
        for (int at = 0; at < count; at++) {
            names[at] = "gen.p" + at / 100 + ".C" + at;
            files[at] = Files.readAllBytes(folder.resolve(names[at].replace('.', '/') + ".class"));
        }
        long started = System.nanoTime();
        Map<ReferenceType, byte[]> classes = new HashMap<>();
        for (int at = 0; at < count; at++)
            for (ReferenceType type : vm.classesByName(names[at])) classes.put(type, files[at]);
        vm.redefineClasses(classes);
        return (System.nanoTime() - started) / 1e6;
    }
}
