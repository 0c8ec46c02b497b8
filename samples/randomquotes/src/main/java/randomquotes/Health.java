package randomquotes;

import java.io.IOException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Whether it serves, and which release. Makes no session. */
public final class Health extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setContentType("application/json");
    response.getWriter().println("{\"status\":\"UP\",\"release\":\"" + Release.NAME + "\"}");
  }
}
