package dev.weft.tir.script;

import java.util.List;

/** Tokens with a place to read on from. */
final class TokenStream {
  private final Source source;
  private final List<Token> tokens;
  private int next;

  TokenStream(Source source) {
    this.source = source;
    this.tokens = Lexer.tokens(source);
  }

  Token peek() {
    return tokens.get(next);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(next + ahead, tokens.size() - 1));
  }

  Token take() {
    Token token = tokens.get(next);
    if (next < tokens.size() - 1) {
      next++;
    }
    return token;
  }

  boolean at(String text) {
    return peek().is(text);
  }

  boolean at(Token.Kind kind) {
    return peek().kind() == kind;
  }

  /** Takes the next token if it is this operator or keyword. */
  boolean accept(String text) {
    if (at(text)) {
      take();
      return true;
    }
    return false;
  }

  Token expect(String text, String where) {
    if (!at(text)) {
      throw unexpected("'" + text + "' " + where);
    }
    return take();
  }

  Token expect(Token.Kind kind, String what) {
    if (!at(kind)) {
      throw unexpected(what);
    }
    return take();
  }

  /** The error that the next token is not what was expected. */
  ScriptException unexpected(String expected) {
    return source.error(peek().place(), "found " + peek().described(), "expected " + expected);
  }

  Source source() {
    return source;
  }

  /** From one place up to the last token taken, as far as that is on the same line. */
  Source.Place since(Source.Place start) {
    Source.Place last = tokens.get(Math.max(0, next - 1)).place();
    if (last.line() != start.line()) {
      return start;
    }
    return new Source.Place(
        start.line(), start.column(), last.column() + last.length() - start.column());
  }
}
