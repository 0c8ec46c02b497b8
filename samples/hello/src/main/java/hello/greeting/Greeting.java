package hello.greeting;

/** What the service says. Change a text, save, and ask again. */
public final class Greeting {
    private Greeting() {
    }

    public static String welcome() {
        return "Hello, world!";
    }

    public static String forName(Name name, Language language, TimeOfDay time) {
        String hello = switch (time) {
            case MORNING -> language.morning();
            case AFTERNOON -> language.afternoon();
            case EVENING -> language.evening();
        };
        return hello + ", " + name.polite() + "!";
    }
}
