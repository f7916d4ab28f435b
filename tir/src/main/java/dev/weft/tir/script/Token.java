package dev.weft.tir.script;

/**
 * A word of the text.
 *
 * @param kind what it is
 * @param text as written; for strings, the value
 * @param place where
 */
record Token(Kind kind, String text, Source.Place place) {
  enum Kind {
    NAME,
    INTEGER,
    FLOAT,
    STRING,
    OPERATOR,
    NEWLINE,
    INDENT,
    DEDENT,
    END
  }

  boolean is(String operatorOrName) {
    return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(operatorOrName);
  }

  /** How errors name it. */
  String described() {
    return switch (kind) {
      case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
      case STRING -> "a string";
      case NEWLINE -> "the end of the line";
      case INDENT -> "deeper indentation";
      case DEDENT -> "the end of the indented block";
      case END -> "the end of the text";
    };
  }
}
