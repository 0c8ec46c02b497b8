package randomquotes;

import javax.servlet.ServletContextEvent;
import javax.servlet.ServletContextListener;

/** Keeps a build that was made with {@code -Dstartup=fail} from starting, as a database that is away would. */
public final class Startup implements ServletContextListener {
  @Override
  public void contextInitialized(ServletContextEvent event) {
    if ("fail".equals(event.getServletContext().getInitParameter("startup")))
      throw new IllegalStateException("this build does not start");
  }
}
