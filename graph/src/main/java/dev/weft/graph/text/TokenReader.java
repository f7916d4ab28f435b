package dev.weft.graph.text;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.ShapeType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.TypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Goes through the tokens of a graph's text: names, sizes, types, lists, and errors with a place.
 */
final class TokenReader {
  private static final Set<String> END_OF_SIZE = Set.of(",", ")", "]", ":", "=", "while");

  private final String text;
  private final List<Token> tokens;
  private int at;

  TokenReader(String text) {
    this(text, Lexer.tokens(text), 0);
  }

  private TokenReader(String text, List<Token> tokens, int at) {
    this.text = text;
    this.tokens = tokens;
    this.at = at;
  }

  /** Another reader that stands where this one does. */
  TokenReader copy() {
    return new TokenReader(text, tokens, at);
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Token.Kind.END) {
      at++;
    }
    return token;
  }

  boolean accept(String what) {
    if (!peek().is(what)) {
      return false;
    }
    at++;
    return true;
  }

  Token expect(String what) {
    if (!peek().is(what)) {
      throw error(peek(), "expected '" + what + "', found " + peek().describe());
    }
    return next();
  }

  void lineEnd() {
    if (peek().kind() != Token.Kind.END && peek().kind() != Token.Kind.LINE_END) {
      throw error(peek(), "expected the end of the line, found " + peek().describe());
    }
    skipLineEnds();
  }

  void skipLineEnds() {
    while (peek().kind() == Token.Kind.LINE_END) {
      at++;
    }
  }

  /** A name, in backquotes or not. */
  Token name(String ofWhat) {
    Token token = next();
    if (token.kind() != Token.Kind.WORD && token.kind() != Token.Kind.QUOTED_NAME) {
      throw error(token, "expected the name of " + ofWhat + ", found " + token.describe());
    }
    return token;
  }

  String string() {
    Token token = next();
    if (token.kind() != Token.Kind.STRING) {
      throw error(token, "expected a string in double quotes, found " + token.describe());
    }
    return token.text();
  }

  /** An integer, with its sign. */
  long integer() {
    Token first = peek();
    boolean negative = accept("-");
    Token token = next();
    try {
      return Long.parseLong((negative ? "-" : "") + token.text());
    } catch (NumberFormatException e) {
      throw error(first, token, "expected an integer, found " + token.describe());
    }
  }

  /** A number, {@code NaN}, {@code Infinity}, with its sign. */
  double number() {
    Token first = peek();
    boolean negative = accept("-");
    Token token = next();
    try {
      double value = Double.parseDouble(token.text());
      return negative ? -value : value;
    } catch (NumberFormatException e) {
      throw error(first, token, "expected a number, found " + token.describe());
    }
  }

  /** Elements between brackets, separated by commas. */
  <T> List<T> list(String open, String close, Supplier<T> element) {
    expect(open);
    List<T> elements = new ArrayList<>();
    if (accept(close)) {
      return elements;
    }
    do {
      elements.add(element.get());
    } while (accept(","));
    expect(close);
    return elements;
  }

  /** Goes to the end of a value: a comma or closing bracket that is not within brackets. */
  void skipValue() {
    int depth = 0;
    while (peek().kind() != Token.Kind.END) {
      Token token = peek();
      if (depth == 0 && (token.is(",") || token.is(")") || token.is("]"))) {
        return;
      }
      if (token.is("(") || token.is("[")) {
        depth++;
      } else if (token.is(")") || token.is("]")) {
        depth--;
      }
      at++;
    }
  }

  /** A size. */
  IntExpr size() {
    Token first = peek();
    Token last = first;
    int depth = 0;
    while (peek().kind() != Token.Kind.END && peek().kind() != Token.Kind.LINE_END) {
      if (depth == 0 && peek().kind() != Token.Kind.STRING && END_OF_SIZE.contains(peek().text())) {
        break;
      }
      if (peek().is("(")) {
        depth++;
      } else if (peek().is(")")) {
        depth--;
      }
      last = next();
    }
    try {
      return IntExpr.parse(text.substring(first.begin(), last.end()));
    } catch (IllegalArgumentException e) {
      throw error(first, last, "expected a size: " + e.getMessage());
    } catch (ArithmeticException e) {
      throw error(first, last, "the size can't be worked out: " + e.getMessage());
    }
  }

  /** Sizes in brackets. */
  Shape shape() {
    Token first = peek();
    List<IntExpr> sizes = list("[", "]", this::size);
    try {
      return new Shape(sizes);
    } catch (IllegalArgumentException e) {
      throw error(first, tokens.get(at - 1), String.valueOf(e.getMessage()));
    }
  }

  DType dtype() {
    Token token = next();
    try {
      return DType.parse(token.text());
    } catch (IllegalArgumentException e) {
      throw error(token, "expected an element type such as float32, found " + token.describe());
    }
  }

  TensorType tensorType() {
    Token first = peek();
    DType dtype = dtype();
    Shape shape = shape();
    try {
      return new TensorType(shape, dtype);
    } catch (IllegalArgumentException | TypeException e) {
      throw error(first, tokens.get(at - 1), String.valueOf(e.getMessage()));
    }
  }

  GraphType type() {
    if (peek().is("(")) {
      return new TupleType(list("(", ")", this::type));
    }
    if (accept("shape")) {
      return new ShapeType(shape());
    }
    return tensorType();
  }

  /** The text behind a token, behind as many empty lines as there are lines in front of it. */
  String restWithLines(Token token) {
    String before = text.substring(0, token.end());
    long lines = before.chars().filter(c -> c == '\n').count();
    return "\n".repeat((int) lines) + text.substring(token.end());
  }

  /** The token that was read last. */
  Token last() {
    return tokens.get(Math.max(0, at - 1));
  }

  GraphTextException error(Token token, String what) {
    return error(token, token, what);
  }

  GraphTextException error(Token first, Token last, String what) {
    int end = Math.max(last.end(), first.begin() + 1);
    return new GraphTextException(text, first.begin(), end, what, "");
  }
}
