package dev.weft.tir.interp;

import dev.weft.base.WeftException;

/** The program that is interpreted did something that has no meaning, or can't be interpreted. */
public final class InterpreterException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final String excerpt;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public InterpreterException(String what, String where, String remedy) {
    this(what, where, remedy, "");
  }

  InterpreterException(String what, String where, String remedy, String excerpt) {
    super(what, where, remedy);
    this.excerpt = excerpt;
  }

  /** The line of the function's text and, below it, carets at the place; empty if not known. */
  public String excerpt() {
    return excerpt;
  }

  /** What was wrong and where, in one line, then the function's line with carets. */
  @Override
  public String getMessage() {
    return super.getMessage() + (excerpt.isEmpty() ? "" : "\n" + excerpt);
  }
}
