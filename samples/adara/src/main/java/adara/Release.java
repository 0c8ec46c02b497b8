package adara;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What this build is called: {@code ADARA_RELEASE} where that is set, else the text of {@code release.txt}. */
record Release(String name) {
  static Release read() {
    String told = System.getenv("ADARA_RELEASE");
    if (told != null) return new Release(told.strip());
    try (InputStream text = Release.class.getResourceAsStream("/release.txt")) {
      String name = text == null ? "unknown" : new String(text.readAllBytes(), StandardCharsets.UTF_8);
      return new Release(name.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
