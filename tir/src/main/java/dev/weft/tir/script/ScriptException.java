package dev.weft.tir.script;

import dev.weft.base.WeftException;

/** TVMScript that can't be read: the message shows the line with carets below the place. */
public final class ScriptException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String excerpt;

  ScriptException(
      String file, int line, int column, int length, String text, String what, String remedy) {
    super(what, file + ":" + line + ":" + column, remedy);
    this.line = line;
    this.column = column;
    int carets = Math.clamp((long) text.length() - column + 1, 1, Math.max(1, length));
    this.excerpt = text + "\n" + " ".repeat(Math.max(0, column - 1)) + "^".repeat(carets);
  }

  /** The line of the place, from 1. */
  public int line() {
    return line;
  }

  /** The column of the place, from 1. */
  public int column() {
    return column;
  }

  /** The line of the source and, below it, carets at the place. */
  public String excerpt() {
    return excerpt;
  }

  /** What was wrong and where, in one line, then the source line with carets. */
  @Override
  public String getMessage() {
    return super.getMessage() + "\n" + excerpt;
  }
}
