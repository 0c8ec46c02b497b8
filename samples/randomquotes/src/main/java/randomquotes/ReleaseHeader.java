package randomquotes;

import java.io.IOException;
import javax.servlet.FilterChain;
import javax.servlet.ServletException;
import javax.servlet.http.HttpFilter;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Every answer says which release gave it. */
public final class ReleaseHeader extends HttpFilter {
  private static final long serialVersionUID = 1;

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("X-Release", Release.NAME);
    chain.doFilter(request, response);
  }
}
