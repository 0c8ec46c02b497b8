package hello.greeting;

import java.util.Arrays;

/** The languages that the service speaks. */
public enum Language {
    ENGLISH("en", "Good morning", "Good afternoon", "Good evening"),
    DUTCH("nl", "Goedemorgen", "Goedemiddag", "Goedenavond"),
    GERMAN("de", "Guten Morgen", "Guten Tag", "Guten Abend"),
    FRENCH("fr", "Bonjour", "Bonjour", "Bonsoir"),
    SPANISH("es", "Buenos días", "Buenas tardes", "Buenas noches");

    private final String code;
    private final String morning;
    private final String afternoon;
    private final String evening;

    Language(String code, String morning, String afternoon, String evening) {
        this.code = code;
        this.morning = morning;
        this.afternoon = afternoon;
        this.evening = evening;
    }

    /** The language of a code such as {@code nl}; English when nobody speaks it here. */
    public static Language of(String code) {
        return Arrays.stream(values()).filter(language -> language.code.equals(code)).findFirst().orElse(ENGLISH);
    }

    public String morning() {
        return morning;
    }

    public String afternoon() {
        return afternoon;
    }

    public String evening() {
        return evening;
    }
}
