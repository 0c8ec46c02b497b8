package hello.feature;

import java.util.List;
import java.util.function.Supplier;

/** Tells fortunes, one after another. */
public final class Fortune implements Feature {
    private final List<String> fortunes = List.of(
        "A pleasant surprise is waiting for you.",
        "Now is the time to try something new.",
        "Your change will be live before you know it.");
    private int next;

    @Override
    public String answer() {
        Supplier<String> fortune = () -> fortunes.get(next++ % fortunes.size());
        return "Fortune: " + fortune.get();
    }
}
