package randomquotes;

import java.io.IOException;
import java.sql.SQLException;
import javax.naming.NamingException;
import javax.servlet.ServletContext;
import javax.servlet.ServletContextEvent;
import javax.servlet.ServletContextListener;
import javax.sql.DataSource;

/**
 * Finds the quotes before the first request; without them the application does not start. Keeps a build that was made
 * with {@code -Dstartup=fail} from starting too.
 */
public final class Startup implements ServletContextListener {
  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    if ("fail".equals(context.getInitParameter("startup")))
      throw new IllegalStateException("this build does not start");
    quotes(context).provideTo(context);
  }

  private static Quotes quotes(ServletContext context) {
    try {
      DataSource source = DatabaseQuotes.configured();
      if (source == null) return new BuiltInQuotes();
      return DatabaseQuotes.open(source, Migrations.of(context, Release.NAME));
    } catch (IOException | NamingException | SQLException e) {
      throw new IllegalStateException("the database of the quotes is not what it should be", e);
    }
  }
}
