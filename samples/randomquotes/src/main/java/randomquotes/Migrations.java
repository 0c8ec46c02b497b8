package randomquotes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.servlet.ServletContext;

/**
 * What releases have added to the database: files {@code RELEASE-WHAT.sql}. They only add, so that the release before
 * goes on with what is there: both run side by side for a while. This is the source of all releases; each runs what
 * there was when it was made.
 */
final class Migrations {
  private static final String FOLDER = "/WEB-INF/classes/migrations/";

  /** Any number that nobody else of this database uses. */
  private static final long LOCK = 20_261_121;

  private final SortedMap<String, String> scripts;

  private Migrations(SortedMap<String, String> scripts) {
    this.scripts = scripts;
  }

  static Migrations of(ServletContext context, String release) throws IOException {
    SortedMap<String, String> scripts = new TreeMap<>();
    for (String file : context.getResourcePaths(FOLDER)) {
      String name = file.substring(FOLDER.length());
      if (isLater(name, release)) continue;
      try (InputStream script = context.getResourceAsStream(file)) {
        scripts.put(name, new String(script.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return new Migrations(scripts);
  }

  /** All that were not run yet, or none. Nodes that start at once wait for each other. */
  void run(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local lock_timeout = '20s'");
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      statement.execute(
          "create table if not exists migrations"
              + " (name text primary key, applied timestamptz not null default now())");
      Set<String> applied = applied(statement);
      for (var each : scripts.entrySet()) {
        if (applied.contains(each.getKey())) continue;
        statement.execute(each.getValue());
        note(connection, each.getKey());
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static Set<String> applied(Statement statement) throws SQLException {
    Set<String> names = new HashSet<>();
    try (ResultSet rows = statement.executeQuery("select name from migrations")) {
      while (rows.next()) names.add(rows.getString(1));
    }
    return names;
  }

  private static void note(Connection connection, String name) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into migrations (name) values (?)")) {
      insert.setString(1, name);
      insert.executeUpdate();
    }
  }

  /**
   * By numbers: {@code 1.10.0-x.sql} is later than {@code 1.9.0}. A release that is called otherwise, such as by its
   * commit, has everything.
   */
  private static boolean isLater(String migration, String release) {
    int[] ours = numbers(release);
    int[] theirs = numbers(migration);
    for (int i = 0; i < Math.min(ours.length, theirs.length); i++)
      if (ours[i] != theirs[i]) return theirs[i] > ours[i];
    return false;
  }

  private static int[] numbers(String text) {
    String leading = text.replaceFirst("^(\\d{1,9}(?:\\.\\d{1,9})+)?.*$", "$1");
    if (leading.isEmpty()) return new int[0];
    return Arrays.stream(leading.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }
}
