package dev.weft.codegen.c;

/** Collects lines of C with indentation of two spaces a level. */
public final class CodeWriter {
  /** The width of the page. */
  private static final int COLUMNS = 100;

  private final StringBuilder text = new StringBuilder();
  private int level;

  /** Writes a line; one of more than {@value #COLUMNS} columns is broken where it nests least. */
  public CodeWriter line(String line) {
    String indentation = "  ".repeat(level);
    String rest = line;
    while (indentation.length() + rest.length() > COLUMNS) {
      int end = breakBefore(rest, COLUMNS - indentation.length());
      if (end < 0) {
        break;
      }
      text.append(indentation).append(rest, 0, end).append('\n');
      rest = rest.substring(end + 1);
      indentation = "  ".repeat(level) + "    ";
    }
    if (!rest.isEmpty()) {
      text.append(indentation).append(rest);
    }
    text.append('\n');
    return this;
  }

  /**
   * The space at which to break: behind a comma or before an operator, in the fewest parentheses,
   * as far right as that allows; −1 if there is none.
   */
  private static int breakBefore(String line, int columns) {
    int best = -1;
    int bestDepth = Integer.MAX_VALUE;
    int depth = 0;
    for (int i = 0; i < Math.min(line.length(), columns); i++) {
      char c = line.charAt(i);
      if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == ' ' && i >= columns / 3 && depth <= bestDepth && breaks(line, i)) {
        best = i;
        bestDepth = depth;
      }
    }
    return best;
  }

  private static boolean breaks(String line, int space) {
    boolean behindComma = line.charAt(space - 1) == ',';
    boolean beforeOperator =
        space + 2 < line.length()
            && "+-*/&|?:<>=".indexOf(line.charAt(space + 1)) >= 0
            && !line.startsWith("= ", space + 1);
    return behindComma || (beforeOperator && line.indexOf(' ', space + 1) > 0);
  }

  /** Writes a line that begins with {@code #}, which stands at the margin by custom. */
  public CodeWriter directive(String line) {
    text.append(line).append('\n');
    return this;
  }

  /** What follows is one level deeper. */
  public CodeWriter indent() {
    level++;
    return this;
  }

  /** What follows is one level less deep. */
  public CodeWriter dedent() {
    level--;
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
