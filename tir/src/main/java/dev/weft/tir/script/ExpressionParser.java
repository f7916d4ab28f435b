package dev.weft.tir.script;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recursive descent over Python's expressions, loosest operator first. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /** Left-associative operators between comparison and sign, from the loosest. */
  private static final List<Set<String>> LEVELS =
      List.of(
          Set.of("|"),
          Set.of("^"),
          Set.of("&"),
          Set.of("<<", ">>"),
          Set.of("+", "-"),
          Set.of("*", "/", "//", "%", "@"));

  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "as",
          "assert",
          "break",
          "class",
          "continue",
          "def",
          "elif",
          "else",
          "for",
          "from",
          "if",
          "import",
          "in",
          "is",
          "not",
          "or",
          "pass",
          "return",
          "while",
          "with");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression, or a tuple without parentheses. */
  Syntax.Expression tuple() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression first = expression();
    if (!tokens.at(",")) {
      return first;
    }
    List<Syntax.Expression> items = new ArrayList<>(List.of(first));
    while (tokens.accept(",")) {
      if (tokens.at(Token.Kind.NEWLINE) || tokens.at("=") || tokens.at("in") || tokens.at(")")) {
        break;
      }
      items.add(item());
    }
    return new Syntax.Tuple(tokens.since(start), items);
  }

  Syntax.Expression expression() {
    Source.Place start = tokens.peek().place();
    if (tokens.at("lambda")) {
      return lambda();
    }
    Syntax.Expression value = or();
    if (!tokens.accept("if")) {
      return value;
    }
    Syntax.Expression condition = or();
    tokens.expect("else", "of the conditional expression");
    Syntax.Expression otherwise = expression();
    return new Syntax.Conditional(tokens.since(start), condition, value, otherwise);
  }

  private Syntax.Expression lambda() {
    Source.Place start = tokens.take().place();
    List<String> params = new ArrayList<>();
    while (!tokens.at(":")) {
      params.add(tokens.expect(Token.Kind.NAME, "a parameter name").text());
      if (!tokens.accept(",")) {
        break;
      }
    }
    tokens.expect(":", "before the lambda's value");
    Syntax.Expression body = expression();
    return new Syntax.Lambda(tokens.since(start), params, body);
  }

  private Syntax.Expression or() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression left = and();
    while (tokens.accept("or")) {
      Syntax.Expression right = and();
      left = new Syntax.Operation(tokens.since(start), "or", left, right);
    }
    return left;
  }

  private Syntax.Expression and() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression left = not();
    while (tokens.accept("and")) {
      Syntax.Expression right = not();
      left = new Syntax.Operation(tokens.since(start), "and", left, right);
    }
    return left;
  }

  private Syntax.Expression not() {
    if (tokens.at("not")) {
      Source.Place start = tokens.take().place();
      Syntax.Expression operand = not();
      return new Syntax.Unary(tokens.since(start), "not", operand);
    }
    return comparison();
  }

  /** {@code a < b <= c} means {@code a < b and b <= c}. */
  private Syntax.Expression comparison() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression left = level(0);
    Syntax.Expression result = null;
    while (tokens.at(Token.Kind.OPERATOR) && COMPARISONS.contains(tokens.peek().text())) {
      String operator = tokens.take().text();
      Syntax.Expression right = level(0);
      Syntax.Expression step = new Syntax.Operation(tokens.since(start), operator, left, right);
      result =
          result == null ? step : new Syntax.Operation(tokens.since(start), "and", result, step);
      left = right;
    }
    return result == null ? left : result;
  }

  private Syntax.Expression level(int index) {
    if (index == LEVELS.size()) {
      return sign();
    }
    Source.Place start = tokens.peek().place();
    Syntax.Expression left = level(index + 1);
    while (tokens.at(Token.Kind.OPERATOR) && LEVELS.get(index).contains(tokens.peek().text())) {
      String operator = tokens.take().text();
      Syntax.Expression right = level(index + 1);
      left = new Syntax.Operation(tokens.since(start), operator, left, right);
    }
    return left;
  }

  private Syntax.Expression sign() {
    if (tokens.at("-") || tokens.at("+") || tokens.at("~")) {
      Token operator = tokens.take();
      Syntax.Expression operand = sign();
      return new Syntax.Unary(tokens.since(operator.place()), operator.text(), operand);
    }
    Source.Place start = tokens.peek().place();
    Syntax.Expression base = primary();
    if (tokens.accept("**")) {
      Syntax.Expression exponent = sign();
      return new Syntax.Operation(tokens.since(start), "**", base, exponent);
    }
    return base;
  }

  private Syntax.Expression primary() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression value = atom();
    while (true) {
      if (tokens.accept(".")) {
        String name = tokens.expect(Token.Kind.NAME, "a name behind '.'").text();
        value = new Syntax.Attribute(tokens.since(start), value, name);
      } else if (tokens.at("(")) {
        value = call(start, value);
      } else if (tokens.at("[")) {
        value = subscript(start, value);
      } else {
        return value;
      }
    }
  }

  private Syntax.Expression call(Source.Place start, Syntax.Expression function) {
    tokens.take();
    List<Syntax.Expression> args = new ArrayList<>();
    Map<String, Syntax.Expression> keywords = new LinkedHashMap<>();
    while (!tokens.at(")")) {
      if (tokens.at(Token.Kind.NAME) && tokens.peek(1).is("=")) {
        Token name = tokens.take();
        tokens.take();
        if (keywords.put(name.text(), expression()) != null) {
          throw tokens
              .source()
              .error(name.place(), "'" + name.text() + "' is given twice", "give it once");
        }
      } else if (!keywords.isEmpty()) {
        throw tokens.unexpected("a keyword argument, as one came before");
      } else {
        args.add(item());
      }
      if (!tokens.accept(",")) {
        break;
      }
    }
    tokens.expect(")", "or ',' in the arguments");
    return new Syntax.Call(tokens.since(start), function, args, keywords);
  }

  /** An expression, or {@code *several}. */
  private Syntax.Expression item() {
    Source.Place start = tokens.peek().place();
    if (!tokens.accept("*")) {
      return expression();
    }
    Syntax.Expression several = expression();
    return new Syntax.Starred(tokens.since(start), several);
  }

  private Syntax.Expression subscript(Source.Place start, Syntax.Expression base) {
    tokens.take();
    List<Syntax.Expression> indices = new ArrayList<>();
    if (tokens.at("(") && tokens.peek(1).is(")") && tokens.peek(2).is("]")) {
      tokens.take();
      tokens.take();
    } else {
      while (!tokens.at("]")) {
        indices.add(index());
        if (!tokens.accept(",")) {
          break;
        }
      }
    }
    tokens.expect("]", "or ',' in the indices");
    return new Syntax.Subscript(tokens.since(start), base, indices);
  }

  private Syntax.Expression index() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression first = tokens.at(":") ? null : expression();
    if (first != null && !tokens.at(":")) {
      return first;
    }
    tokens.expect(":", "of the slice");
    Syntax.Expression stop = sliceEnd();
    Syntax.Expression step = tokens.accept(":") ? sliceEnd() : null;
    return new Syntax.Slice(tokens.since(start), first, stop, step);
  }

  private Syntax.@Nullable Expression sliceEnd() {
    return tokens.at(":") || tokens.at(",") || tokens.at("]") ? null : expression();
  }

  private Syntax.Expression atom() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case INTEGER -> {
        tokens.take();
        yield new Syntax.IntegerLiteral(token.place(), integer(token));
      }
      case FLOAT -> {
        tokens.take();
        yield new Syntax.FloatLiteral(token.place(), real(token));
      }
      case STRING -> {
        StringBuilder value = new StringBuilder();
        while (tokens.at(Token.Kind.STRING)) {
          value.append(tokens.take().text());
        }
        yield new Syntax.StringLiteral(tokens.since(token.place()), value.toString());
      }
      case NAME -> {
        if (KEYWORDS.contains(token.text())) {
          throw tokens.unexpected("an expression");
        }
        tokens.take();
        yield switch (token.text()) {
          case "True" -> new Syntax.BoolLiteral(token.place(), true);
          case "False" -> new Syntax.BoolLiteral(token.place(), false);
          case "None" -> new Syntax.NoneLiteral(token.place());
          default -> new Syntax.Name(token.place(), token.text());
        };
      }
      case OPERATOR -> bracketed(token);
      case NEWLINE, INDENT, DEDENT, END -> throw tokens.unexpected("an expression");
    };
  }

  private BigInteger integer(Token token) {
    String text = token.text().replace("_", "").toLowerCase(Locale.ROOT);
    try {
      if (text.startsWith("0x")) {
        return new BigInteger(text.substring(2), 16);
      }
      if (text.startsWith("0o")) {
        return new BigInteger(text.substring(2), 8);
      }
      if (text.startsWith("0b")) {
        return new BigInteger(text.substring(2), 2);
      }
      return new BigInteger(text);
    } catch (NumberFormatException e) {
      throw tokens.source().error(token.place(), "'" + token.text() + "' is no number", "mend it");
    }
  }

  private double real(Token token) {
    try {
      return Double.parseDouble(token.text());
    } catch (NumberFormatException e) {
      throw tokens.source().error(token.place(), "'" + token.text() + "' is no number", "mend it");
    }
  }

  private Syntax.Expression bracketed(Token open) {
    if (tokens.accept("(")) {
      return parenthesised(open);
    }
    if (tokens.accept("[")) {
      List<Syntax.Expression> items = items("]");
      return new Syntax.ListDisplay(tokens.since(open.place()), items);
    }
    if (tokens.accept("{")) {
      List<Syntax.Expression> keys = new ArrayList<>();
      List<Syntax.Expression> values = new ArrayList<>();
      while (!tokens.at("}")) {
        keys.add(expression());
        tokens.expect(":", "between key and value");
        values.add(expression());
        if (!tokens.accept(",")) {
          break;
        }
      }
      tokens.expect("}", "or ',' in the dictionary");
      return new Syntax.Dict(tokens.since(open.place()), keys, values);
    }
    throw tokens.unexpected("an expression");
  }

  private Syntax.Expression parenthesised(Token open) {
    if (tokens.accept(")")) {
      return new Syntax.Tuple(tokens.since(open.place()), List.of());
    }
    Syntax.Expression first = item();
    if (tokens.accept(")")) {
      return first;
    }
    tokens.expect(",", "or ')'");
    List<Syntax.Expression> items = new ArrayList<>(List.of(first));
    items.addAll(items(")"));
    return new Syntax.Tuple(tokens.since(open.place()), items);
  }

  private List<Syntax.Expression> items(String close) {
    List<Syntax.Expression> items = new ArrayList<>();
    while (!tokens.at(close)) {
      items.add(item());
      if (!tokens.accept(",")) {
        break;
      }
    }
    tokens.expect(close, "or ','");
    return items;
  }
}
