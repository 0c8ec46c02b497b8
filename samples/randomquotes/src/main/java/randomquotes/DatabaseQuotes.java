package randomquotes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Quotes of the table {@code quotes} of a PostgreSQL database. */
final class DatabaseQuotes implements Quotes {
  private static final String NAME = "java:comp/env/jdbc/quotes";

  /** Asks for columns by name in the data, not in the query: an older schema has fewer. */
  private static final String ANY =
      "select row ->> 'text', row ->> 'author'"
          + " from (select to_jsonb(quotes) as row from quotes order by random() limit 1) as one";

  private final DataSource source;

  private DatabaseQuotes(DataSource source) {
    this.source = source;
  }

  /** The data source that the server gives the application; {@code null} where it gives none. */
  static DataSource configured() throws NamingException {
    try {
      return (DataSource) new InitialContext().lookup(NAME);
    } catch (NameNotFoundException e) {
      return null;
    }
  }

  /** Brings the database to what this release needs. */
  static DatabaseQuotes open(DataSource source, Migrations migrations) throws SQLException {
    try (Connection connection = source.getConnection()) {
      migrations.run(connection);
    }
    return new DatabaseQuotes(source);
  }

  @Override
  public String any() {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(ANY)) {
      if (!found.next()) return "Nobody has said anything yet.";
      String author = found.getString(2);
      return found.getString(1) + (author == null ? "" : " (" + author + ")");
    } catch (SQLException e) {
      throw new IllegalStateException("the database of the quotes does not answer", e);
    }
  }
}
