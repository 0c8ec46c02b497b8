package hello.json;

/** A number; whole numbers are written without a fraction. */
public record JsonNumber(double value) implements Json {
    @Override
    public String render() {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
