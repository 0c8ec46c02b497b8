package randomquotes;

import java.io.IOException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpSession;

/** A quote, how often this browser has seen the page (kept in its session), and the release in the footer. */
public final class QuotePage extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String quote = Quotes.of(getServletContext()).any();
    int visits = countVisit(request.getSession());
    response.setContentType("text/html");
    response.setCharacterEncoding("UTF-8");
    response
        .getWriter()
        .print(
            "<!doctype html><html lang=\"en\"><head><title>Random quotes</title></head><body>"
                + "<blockquote>" + escape(quote) + "</blockquote>"
                + "<p>Visits: <b id=\"visits\">" + visits + "</b></p>"
                + "<footer>Random quotes " + Release.NAME + "</footer></body></html>\n");
  }

  private static int countVisit(HttpSession session) {
    synchronized (session) {
      Integer before = (Integer) session.getAttribute("visits");
      int visits = before == null ? 1 : before + 1;
      session.setAttribute("visits", visits);
      return visits;
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
