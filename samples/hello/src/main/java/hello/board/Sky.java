package hello.board;

/** What there is to see above. */
public enum Sky {
    CLEAR("a clear sky"),
    CLOUDED("clouds"),
    RAIN("rain");

    private final String description;

    Sky(String description) {
        this.description = description;
    }

    public String describe() {
        return description;
    }
}
