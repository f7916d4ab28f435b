package dev.weft.base;

/** Reads {@link IntExpr}'s text form by recursive descent. */
final class IntExprParser {
  private final String text;
  private int at;

  IntExprParser(String text) {
    this.text = text;
  }

  IntExpr parse() {
    IntExpr result = sum();
    skipSpace();
    if (at != text.length()) {
      throw error("expected the end");
    }
    return result;
  }

  private IntExpr sum() {
    IntExpr left = product();
    while (true) {
      if (accept("+")) {
        left = IntExpr.of(IntExpr.Op.ADD, left, product());
      } else if (accept("-")) {
        left = IntExpr.of(IntExpr.Op.SUB, left, product());
      } else {
        return left;
      }
    }
  }

  private IntExpr product() {
    IntExpr left = atom();
    while (true) {
      if (accept("//")) {
        left = IntExpr.of(IntExpr.Op.FLOOR_DIV, left, atom());
      } else if (accept("*")) {
        left = IntExpr.of(IntExpr.Op.MUL, left, atom());
      } else if (accept("%")) {
        left = IntExpr.of(IntExpr.Op.FLOOR_MOD, left, atom());
      } else {
        return left;
      }
    }
  }

  private IntExpr atom() {
    if (accept("(")) {
      IntExpr inner = sum();
      expect(")");
      return inner;
    }
    if (accept("-")) {
      return IntExpr.of(IntExpr.Op.SUB, IntExpr.of(0), atom());
    }
    skipSpace();
    int start = at;
    while (at < text.length() && isWordPart(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    if (word.isEmpty()) {
      throw error("expected a number, a name or '('");
    }
    if (Character.isDigit(word.charAt(0))) {
      try {
        return IntExpr.of(Long.parseLong(word));
      } catch (NumberFormatException e) {
        throw error("'" + word + "' is not a number");
      }
    }
    if ((word.equals("min") || word.equals("max")) && accept("(")) {
      IntExpr a = sum();
      expect(",");
      IntExpr b = sum();
      expect(")");
      return IntExpr.of(word.equals("min") ? IntExpr.Op.MIN : IntExpr.Op.MAX, a, b);
    }
    return IntExpr.symbol(word);
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '.';
  }

  private boolean accept(String token) {
    skipSpace();
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  private void expect(String token) {
    if (!accept(token)) {
      throw error("expected '" + token + "'");
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException error(String message) {
    return new IllegalArgumentException(message + " at position " + at + " of '" + text + "'");
  }
}
