package dev.weft.graph.text;

import java.util.ArrayList;
import java.util.List;

/** Cuts a graph's text into tokens. Line ends count outside of brackets only, indentation never. */
final class Lexer {
  private static final String SIGNS = "()[]{},:=@<+-*/%";

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int depth;

  private Lexer(String text) {
    this.text = text;
  }

  /** The tokens of a text, the last of which is its end. */
  static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      int begin = at;
      if (c == '\n') {
        at++;
        if (depth == 0) {
          add(Token.Kind.LINE_END, "\n", begin);
        }
      } else if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '"' || c == '`') {
        String content = quoted(c);
        add(c == '"' ? Token.Kind.STRING : Token.Kind.QUOTED_NAME, content, begin);
      } else if (isLetter(c)) {
        skipWord();
        add(Token.Kind.WORD, text.substring(begin, at), begin);
        if (depth == 0 && text.startsWith(GraphPrinter.PRIM_FUNCS + ":", begin)) {
          sign(':');
          break; // What follows is another language.
        }
      } else if (isDigit(c)) {
        number();
        add(Token.Kind.NUMBER, text.substring(begin, at), begin);
      } else {
        sign(c);
      }
    }
    add(Token.Kind.END, "", at);
  }

  private void sign(char c) {
    int begin = at;
    boolean two = text.startsWith("->", at) || text.startsWith("//", at);
    if (!two && SIGNS.indexOf(c) < 0) {
      throw error(begin, begin + 1, "the character '" + c + "' has no meaning here");
    }
    if (c == '(' || c == '[' || c == '{') {
      depth++;
    } else if (c == ')' || c == ']' || c == '}') {
      depth = Math.max(0, depth - 1);
    }
    at += two ? 2 : 1;
    add(Token.Kind.SIGN, text.substring(begin, at), begin);
  }

  private void number() {
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean exponent = (c == 'e' || c == 'E') && at + 1 < text.length();
      if (exponent && (text.charAt(at + 1) == '-' || text.charAt(at + 1) == '+')) {
        at += 2;
      } else if (isDigit(c) || c == '.' || exponent) {
        at++;
      } else {
        return;
      }
    }
  }

  private String quoted(char quote) {
    int begin = at;
    StringBuilder content = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != '\n'; at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        return content.toString();
      }
      content.append(c == '\\' ? escaped() : c);
    }
    throw error(begin, at, "the quotes are not closed in this line");
  }

  /** What a backslash and what follows it stand for; {@code at} is its last character then. */
  private char escaped() {
    int begin = at;
    at++;
    if (at < text.length() && text.charAt(at) == 'u' && at + 4 < text.length()) {
      try {
        char value = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
        at += 4;
        return value;
      } catch (NumberFormatException e) {
        throw error(begin, at + 5, "\\u takes four hexadecimal digits");
      }
    }
    if (at < text.length() && "\\\"`".indexOf(text.charAt(at)) >= 0) {
      return text.charAt(at);
    }
    throw error(begin, at + 1, "there is no such escape");
  }

  private void skipWord() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (!isLetter(c) && !isDigit(c) && c != '.') {
        return;
      }
      at++;
    }
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void add(Token.Kind kind, String content, int begin) {
    tokens.add(new Token(kind, content, begin, at));
  }

  private GraphTextException error(int begin, int end, String what) {
    return new GraphTextException(text, begin, end, what, "");
  }
}
