package hello.greeting;

/** Someone's name. */
public record Name(String value) {
    public Name {
        if (value.isBlank()) {
            throw new IllegalArgumentException("a name has letters");
        }
    }

    /** With a capital in front, however it was typed. */
    public String polite() {
        return value.substring(0, 1).toUpperCase() + value.substring(1);
    }
}
