package randomquotes;

import javax.servlet.ServletContext;

/** Where quotes come from. */
interface Quotes {
  /** One of them, by chance. */
  String any();

  /** Those that {@link Startup} found for the application. */
  static Quotes of(ServletContext context) {
    return (Quotes) context.getAttribute(Quotes.class.getName());
  }

  default void provideTo(ServletContext context) {
    context.setAttribute(Quotes.class.getName(), this);
  }
}
