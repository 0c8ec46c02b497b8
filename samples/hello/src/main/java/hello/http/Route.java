package hello.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A pattern such as {@code /greet/{name}} and who answers for it. */
public record Route(String pattern, Handler handler) {
    /** The variables of the path when it fits the pattern. */
    public Optional<Map<String, String>> match(String path) {
        String[] wanted = pattern.split("/", -1);
        String[] parts = path.split("/", -1);
        if (wanted.length != parts.length) {
            return Optional.empty();
        }
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{") && wanted[i].endsWith("}") && !parts[i].isEmpty()) {
                variables.put(wanted[i].substring(1, wanted[i].length() - 1), parts[i]);
            } else if (!wanted[i].equals(parts[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
