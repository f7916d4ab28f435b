package dev.weft.base;

import org.jspecify.annotations.Nullable;

/**
 * The root of Weft's typed errors. Every error says three things on one line: what was wrong, where
 * (node, file, line, operator) and what to do about it.
 */
public class WeftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final String where;
  private final String remedy;

  /**
   * @param what what was wrong, a clause without a final full stop
   * @param where the place: a file, a graph node, a block or loop; empty where there is none
   * @param remedy what the user can do; empty where nothing sensible can be said
   */
  public WeftException(String what, String where, String remedy) {
    this(what, where, remedy, null);
  }

  /** As {@link #WeftException(String, String, String)}, with the error that led to this one. */
  public WeftException(String what, String where, String remedy, @Nullable Throwable cause) {
    super(line(what, where, remedy), cause);
    this.what = what;
    this.where = where;
    this.remedy = remedy;
  }

  /** What was wrong. */
  public String what() {
    return what;
  }

  /** Where it was wrong; may be empty. */
  public String where() {
    return where;
  }

  /** What to do; may be empty. */
  public String remedy() {
    return remedy;
  }

  private static String line(String what, String where, String remedy) {
    StringBuilder line = new StringBuilder();
    if (!where.isEmpty()) {
      line.append(where).append(": ");
    }
    line.append(what);
    if (!remedy.isEmpty()) {
      line.append("; ").append(remedy);
    }
    return line.toString();
  }
}
