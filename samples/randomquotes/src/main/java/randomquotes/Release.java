package randomquotes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which release this is, as the build wrote it into the WAR. */
final class Release {
  static final String NAME = read();

  private Release() {}

  private static String read() {
    Properties properties = new Properties();
    try (InputStream file = Release.class.getResourceAsStream("/release.properties")) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("release");
  }
}
