package dev.weft.tir.script;

/** Indented text under construction, with carets below what is marked. */
final class Lines {
  private static final char MARK_BEGIN = '\uE000';
  private static final char MARK_END = '\uE001';
  private static final int STEP = 4;

  private final StringBuilder text = new StringBuilder();
  private int indent;
  private int count;

  /** The text with marks around it; {@link #line} turns them into carets. */
  static String marked(String text) {
    return MARK_BEGIN + text + MARK_END;
  }

  /** Adds a line; an empty one stays without blanks. */
  void line(String marked) {
    count++;
    if (marked.isEmpty()) {
      text.append('\n');
      return;
    }
    StringBuilder plain = new StringBuilder(" ".repeat(indent));
    StringBuilder carets = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < marked.length(); i++) {
      char c = marked.charAt(i);
      if (c == MARK_BEGIN) {
        depth++;
      } else if (c == MARK_END) {
        depth--;
      } else {
        if (depth > 0) {
          carets.append(" ".repeat(plain.length() - carets.length())).append('^');
        }
        plain.append(c);
      }
    }
    text.append(plain).append('\n');
    if (!carets.isEmpty()) {
      text.append(comment(carets)).append('\n');
      count++;
    }
  }

  /** Makes a comment of a line of carets: the # goes before the first, or in its place. */
  private static String comment(StringBuilder carets) {
    int first = carets.indexOf("^");
    int hash = Math.max(0, first - 2);
    carets.setCharAt(hash, '#');
    return carets.toString();
  }

  /** Everything that {@code body} adds is one step further in. */
  void indented(Runnable body) {
    indent += STEP;
    body.run();
    indent -= STEP;
  }

  /** The number of the next line, counted from 1. */
  int next() {
    return count + 1;
  }

  int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
