package hello.feature;

/** Something extra that is loaded when it is first asked for. */
public interface Feature {
    String answer();
}
