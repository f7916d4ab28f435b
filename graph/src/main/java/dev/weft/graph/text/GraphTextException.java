package dev.weft.graph.text;

import dev.weft.base.WeftException;

/** A graph's text that can't be read: the message shows the line with carets below the place. */
public final class GraphTextException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;
  private final String excerpt;

  GraphTextException(String text, int begin, int end, String what, String remedy) {
    this(Place.of(text, begin), end - begin, what, remedy);
  }

  private GraphTextException(Place place, int length, String what, String remedy) {
    super(what, "line " + place.line + ", column " + place.column, remedy);
    line = place.line;
    column = place.column;
    int room = Math.max(1, place.text.length() - column + 1);
    excerpt = place.text + "\n" + " ".repeat(column - 1) + "^".repeat(Math.clamp(length, 1, room));
  }

  /** The line of the place, from 1. */
  public int line() {
    return line;
  }

  /** The column of the place, from 1. */
  public int column() {
    return column;
  }

  /** The line of the text and, below it, carets at the place. */
  public String excerpt() {
    return excerpt;
  }

  /** What was wrong and where, in one line, then the line of the text with carets. */
  @Override
  public String getMessage() {
    return super.getMessage() + "\n" + excerpt;
  }

  private record Place(int line, int column, String text) {
    static Place of(String text, int offset) {
      int at = Math.min(offset, text.length());
      int start = text.lastIndexOf('\n', at - 1) + 1;
      int end = text.indexOf('\n', at);
      int line = 1 + (int) text.substring(0, start).chars().filter(c -> c == '\n').count();
      return new Place(line, at - start + 1, text.substring(start, end < 0 ? text.length() : end));
    }
  }
}
