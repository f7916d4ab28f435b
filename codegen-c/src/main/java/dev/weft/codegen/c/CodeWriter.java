package dev.weft.codegen.c;

/** Collects lines of C with indentation of two spaces a level. */
public final class CodeWriter {
  private final StringBuilder text = new StringBuilder();
  private int level;

  /** Writes a line. */
  public CodeWriter line(String line) {
    if (!line.isEmpty()) {
      text.append("  ".repeat(level)).append(line);
    }
    text.append('\n');
    return this;
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
