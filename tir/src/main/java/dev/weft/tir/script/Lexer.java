package dev.weft.tir.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Splits Python text into tokens, with INDENT and DEDENT where the indentation changes. */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "**=", "//=", ">>=", "<<=", "...", "->", "**", "//", "<<", ">>", "<=", ">=", "==", "!=",
          "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", ":=", "+", "-", "*", "/", "%", "@", "&",
          "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=");

  private final Source source;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Integer> indents = new ArrayDeque<>();
  private int position;
  private int line = 1;
  private int lineStart;
  private int brackets;

  /** Whether the line before ended in a backslash, so that this one goes on with it. */
  private boolean continued;

  private Lexer(Source source) {
    this.source = source;
    this.text = source.text();
  }

  static List<Token> tokens(Source source) {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    indents.push(0);
    while (position < text.length()) {
      if (position == lineStart && brackets == 0 && !continued) {
        if (indentation()) {
          continue;
        }
      }
      token();
    }
    if (!tokens.isEmpty() && tokens.getLast().kind() != Token.Kind.NEWLINE) {
      add(Token.Kind.NEWLINE, "", position);
    }
    while (indents.size() > 1) {
      indents.pop();
      add(Token.Kind.DEDENT, "", position);
    }
    add(Token.Kind.END, "", position);
  }

  /** Handles the blanks at the begin of a line; true if the line has nothing else. */
  private boolean indentation() {
    int width = 0;
    int start = position;
    while (position < text.length() && (at(' ') || at('\t') || at('\f'))) {
      width += at('\t') ? 8 - width % 8 : 1;
      position++;
    }
    if (position == text.length() || at('\n') || at('\r') || at('#')) {
      skipRestOfLine();
      return true;
    }
    if (width > current()) {
      indents.push(width);
      add(Token.Kind.INDENT, "", start);
    }
    while (width < current()) {
      indents.pop();
      add(Token.Kind.DEDENT, "", position);
      if (width > current()) {
        throw error("the indentation fits no line before", "indent like one of the lines above");
      }
    }
    return false;
  }

  private int current() {
    Integer indent = indents.peek();
    return indent == null ? 0 : indent;
  }

  private void skipRestOfLine() {
    while (position < text.length() && !at('\n')) {
      position++;
    }
    if (position < text.length()) {
      newLine();
    }
  }

  private void newLine() {
    position++;
    line++;
    lineStart = position;
  }

  private boolean at(char c) {
    return text.charAt(position) == c;
  }

  private void token() {
    char c = text.charAt(position);
    continued = false;
    if (c == '\n') {
      if (brackets == 0) {
        add(Token.Kind.NEWLINE, "", position);
      }
      newLine();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      position++;
    } else if (c == '#') {
      while (position < text.length() && !at('\n')) {
        position++;
      }
    } else if (c == '\\' && isLineEnd(position + 1)) {
      position = text.indexOf('\n', position);
      newLine();
      continued = true;
    } else if (Character.isLetter(c) || c == '_') {
      name();
    } else if (Character.isDigit(c) || (c == '.' && isDigit(position + 1))) {
      number();
    } else if (c == '"' || c == '\'') {
      string(position, false);
    } else {
      operator();
    }
  }

  private boolean isLineEnd(int index) {
    int i = index;
    while (i < text.length() && text.charAt(i) == '\r') {
      i++;
    }
    return i < text.length() && text.charAt(i) == '\n';
  }

  private boolean isDigit(int index) {
    return index < text.length() && Character.isDigit(text.charAt(index));
  }

  private void name() {
    int start = position;
    while (position < text.length()
        && (Character.isLetterOrDigit(text.charAt(position)) || at('_'))) {
      position++;
    }
    String name = text.substring(start, position);
    boolean quote = position < text.length() && (at('"') || at('\''));
    if (quote && (name.equals("r") || name.equals("R"))) {
      string(start, true);
    } else {
      add(Token.Kind.NAME, name, start);
    }
  }

  private void number() {
    int start = position;
    boolean prefixed =
        at('0') && position + 1 < text.length() && "xXoObB".indexOf(text.charAt(position + 1)) >= 0;
    if (prefixed) {
      position += 2;
      while (position < text.length()
          && (Character.digit(text.charAt(position), 16) >= 0 || at('_'))) {
        position++;
      }
      add(Token.Kind.INTEGER, text.substring(start, position), start);
      return;
    }
    boolean real = false;
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '.') {
        real = true;
      } else if (c == 'e' || c == 'E') {
        real = true;
        char next = position + 1 < text.length() ? text.charAt(position + 1) : ' ';
        if (next == '+' || next == '-') {
          position++;
        }
      } else if (!Character.isDigit(c) && c != '_') {
        break;
      }
      position++;
    }
    Token.Kind kind = real ? Token.Kind.FLOAT : Token.Kind.INTEGER;
    add(kind, text.substring(start, position).replace("_", ""), start);
  }

  private void string(int start, boolean raw) {
    char quote = text.charAt(position);
    String triple = String.valueOf(quote).repeat(3);
    boolean isLong = text.startsWith(triple, position);
    int startLine = line;
    int column = start - lineStart + 1;
    position += isLong ? 3 : 1;
    StringBuilder value = new StringBuilder();
    while (true) {
      if (position >= text.length() || (!isLong && at('\n'))) {
        throw source.error(
            new Source.Place(startLine, column, 1),
            "the string has no end",
            "close it with " + quote);
      }
      if (isLong ? text.startsWith(triple, position) : at(quote)) {
        position += isLong ? 3 : 1;
        break;
      }
      if (at('\\') && !raw) {
        escape(value);
      } else if (at('\n')) {
        value.append('\n');
        newLine();
      } else {
        value.append(text.charAt(position++));
      }
    }
    int length = startLine == line ? position - start : 1;
    tokens.add(
        new Token(
            Token.Kind.STRING, value.toString(), new Source.Place(startLine, column, length)));
  }

  private void escape(StringBuilder value) {
    char c = position + 1 < text.length() ? text.charAt(position + 1) : '\n';
    position += 2;
    switch (c) {
      case 'n' -> value.append('\n');
      case 't' -> value.append('\t');
      case 'r' -> value.append('\r');
      case '0' -> value.append('\0');
      case 'x' -> value.append(code(2));
      case 'u' -> value.append(code(4));
      case '\n' -> {
        line++;
        lineStart = position;
      }
      case '\\', '\'', '"' -> value.append(c);
      default -> value.append('\\').append(c);
    }
  }

  private char code(int digits) {
    if (position + digits > text.length()) {
      throw error("the escape has too few digits", "write " + digits + " hexadecimal digits");
    }
    try {
      char c = (char) Integer.parseInt(text.substring(position, position + digits), 16);
      position += digits;
      return c;
    } catch (NumberFormatException e) {
      throw error("the escape is not hexadecimal", "write " + digits + " hexadecimal digits");
    }
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, position)) {
        int start = position;
        position += operator.length();
        switch (operator) {
          case "(", "[", "{" -> brackets++;
          case ")", "]", "}" -> brackets = Math.max(0, brackets - 1);
          default -> {}
        }
        add(Token.Kind.OPERATOR, operator, start);
        return;
      }
    }
    throw error("'" + text.charAt(position) + "' has no meaning here", "remove it");
  }

  private void add(Token.Kind kind, String value, int start) {
    int column = Math.max(1, start - lineStart + 1);
    tokens.add(
        new Token(kind, value, new Source.Place(line, column, Math.max(1, position - start))));
  }

  private ScriptException error(String what, String remedy) {
    return source.error(new Source.Place(line, position - lineStart + 1, 1), what, remedy);
  }
}
