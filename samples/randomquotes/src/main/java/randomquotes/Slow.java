package randomquotes;

import java.io.IOException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Answers after {@code ms} milliseconds, at most a minute. */
public final class Slow extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final long MOST_MS = 60_000;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String asked = request.getParameter("ms");
    try {
      Thread.sleep(Math.min(MOST_MS, asked == null ? 1000 : Long.parseLong(asked)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    response.setContentType("text/plain");
    response.getWriter().println("At last, from " + Release.NAME);
  }
}
