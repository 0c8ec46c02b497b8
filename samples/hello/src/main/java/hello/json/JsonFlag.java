package hello.json;

/** True or false. */
public record JsonFlag(boolean value) implements Json {
    @Override
    public String render() {
        return Boolean.toString(value);
    }
}
