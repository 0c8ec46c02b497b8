package hello.http;

import java.util.Map;

/** What was asked: the path, the variables that the route found in it, and the query. */
public record Request(String path, Map<String, String> variables, Query query) {
    /** The part of the path that stands where the route says {@code {name}}. */
    public String variable(String name) {
        return variables.get(name);
    }
}
