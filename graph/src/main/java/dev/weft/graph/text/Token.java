package dev.weft.graph.text;

/**
 * A piece of a graph's text.
 *
 * @param kind what it is
 * @param text the name without its quotes, the string without quotes and escapes, else as written
 * @param begin offset of its first character
 * @param end offset behind its last character
 */
record Token(Kind kind, String text, int begin, int end) {
  enum Kind {
    /** A name as it is, which may be a word of the language. */
    WORD,
    /** A name in backquotes, which is never a word of the language. */
    QUOTED_NAME,
    STRING,
    NUMBER,
    /** A bracket, operator or separator. */
    SIGN,
    /** The end of a line outside of brackets. */
    LINE_END,
    END
  }

  /** Whether this is a certain word or sign. */
  boolean is(String what) {
    return (kind == Kind.WORD || kind == Kind.SIGN) && text.equals(what);
  }

  /** For messages. */
  String describe() {
    return switch (kind) {
      case WORD, SIGN, NUMBER -> "'" + text + "'";
      case QUOTED_NAME -> "the name `" + text + "`";
      case STRING -> "a string";
      case LINE_END -> "the end of the line";
      case END -> "the end of the text";
    };
  }
}
