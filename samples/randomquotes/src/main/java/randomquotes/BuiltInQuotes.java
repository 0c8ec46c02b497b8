package randomquotes;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What there is without a database. */
final class BuiltInQuotes implements Quotes {
  private static final List<String> ALL =
      List.of(
          "Simplicity is prerequisite for reliability. (Edsger W. Dijkstra)",
          "The purpose of computing is insight, not numbers. (Richard Hamming)",
          "Make it work, make it right, make it fast. (Kent Beck)",
          "Programs must be written for people to read. (Harold Abelson)",
          "The most dangerous phrase is: we have always done it this way. (Grace Hopper)");

  @Override
  public String any() {
    return ALL.get(ThreadLocalRandom.current().nextInt(ALL.size()));
  }
}
