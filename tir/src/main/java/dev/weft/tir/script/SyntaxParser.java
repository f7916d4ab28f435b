package dev.weft.tir.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Recursive descent over Python's statements. */
final class SyntaxParser {
  private static final Set<String> AUGMENTED =
      Set.of("+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "<<=", ">>=");

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  private SyntaxParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /** The statements of a text. */
  static List<Syntax.Statement> parse(Source source) {
    SyntaxParser parser = new SyntaxParser(new TokenStream(source));
    List<Syntax.Statement> statements = new ArrayList<>();
    while (!parser.tokens.at(Token.Kind.END)) {
      if (parser.tokens.at(Token.Kind.INDENT)) {
        throw parser.tokens.unexpected("a statement without indentation");
      }
      statements.addAll(parser.statement());
    }
    return statements;
  }

  private List<Syntax.Statement> statement() {
    if (tokens.at(Token.Kind.NAME)) {
      switch (tokens.peek().text()) {
        case "for" -> {
          return List.of(forLoop());
        }
        case "while" -> {
          return List.of(whileLoop());
        }
        case "if" -> {
          return List.of(conditional());
        }
        case "with" -> {
          return List.of(with(tokens.take().place()));
        }
        case "def" -> {
          return List.of(def(List.of()));
        }
        case "class" -> {
          return List.of(classDef(List.of()));
        }
        default -> {}
      }
    }
    if (tokens.at("@")) {
      return List.of(decorated());
    }
    List<Syntax.Statement> statements = new ArrayList<>(simple());
    while (tokens.accept(";")) {
      if (!tokens.at(Token.Kind.NEWLINE)) {
        statements.addAll(simple());
      }
    }
    tokens.expect(Token.Kind.NEWLINE, "the end of the line");
    return statements;
  }

  private List<Syntax.Statement> body() {
    tokens.expect(":", "before the body");
    if (!tokens.at(Token.Kind.NEWLINE)) {
      List<Syntax.Statement> statements = new ArrayList<>(simple());
      tokens.expect(Token.Kind.NEWLINE, "the end of the line");
      return statements;
    }
    tokens.take();
    tokens.expect(Token.Kind.INDENT, "an indented body");
    List<Syntax.Statement> statements = new ArrayList<>();
    while (!tokens.at(Token.Kind.DEDENT) && !tokens.at(Token.Kind.END)) {
      if (tokens.at(Token.Kind.INDENT)) {
        throw tokens.unexpected("a statement indented like the ones before");
      }
      statements.addAll(statement());
    }
    tokens.take();
    return statements;
  }

  private Syntax.Statement forLoop() {
    Source.Place start = tokens.take().place();
    Syntax.Expression target = targets();
    tokens.expect("in", "behind the loop variables");
    Syntax.Expression iterable = expressions.tuple();
    Source.Place place = tokens.since(start);
    return new Syntax.For(place, target, iterable, body());
  }

  /** Names of loop variables; parsed apart, since {@code in} would be taken for an operator. */
  private Syntax.Expression targets() {
    Source.Place start = tokens.peek().place();
    boolean parenthesised = tokens.accept("(");
    List<Syntax.Expression> names = new ArrayList<>();
    do {
      Token name = tokens.expect(Token.Kind.NAME, "a loop variable");
      names.add(new Syntax.Name(name.place(), name.text()));
    } while (tokens.accept(",") && !tokens.at("in") && !tokens.at(")"));
    if (parenthesised) {
      tokens.expect(")", "behind the loop variables");
    }
    return names.size() == 1 ? names.get(0) : new Syntax.Tuple(tokens.since(start), names);
  }

  private Syntax.Statement whileLoop() {
    Source.Place start = tokens.take().place();
    Syntax.Expression condition = expressions.expression();
    Source.Place place = tokens.since(start);
    return new Syntax.While(place, condition, body());
  }

  private Syntax.Statement conditional() {
    Source.Place start = tokens.take().place();
    Syntax.Expression condition = expressions.expression();
    Source.Place place = tokens.since(start);
    List<Syntax.Statement> then = body();
    if (tokens.at("elif")) {
      return new Syntax.If(place, condition, then, List.of(conditional()));
    }
    return new Syntax.If(place, condition, then, tokens.accept("else") ? body() : null);
  }

  private Syntax.Statement with(Source.Place start) {
    Syntax.Expression context = expressions.expression();
    Syntax.Expression name = tokens.accept("as") ? expressions.expression() : null;
    Source.Place place = tokens.since(start);
    List<Syntax.Statement> body =
        tokens.accept(",") ? List.of(with(tokens.peek().place())) : body();
    return new Syntax.With(place, context, name, body);
  }

  private Syntax.Statement decorated() {
    List<Syntax.Expression> decorators = new ArrayList<>();
    while (tokens.accept("@")) {
      decorators.add(expressions.expression());
      tokens.expect(Token.Kind.NEWLINE, "the end of the decorator's line");
    }
    if (tokens.at("def")) {
      return def(decorators);
    }
    if (tokens.at("class")) {
      return classDef(decorators);
    }
    throw tokens.unexpected("'def' or 'class' behind a decorator");
  }

  private Syntax.Statement def(List<Syntax.Expression> decorators) {
    tokens.take();
    Token name = tokens.expect(Token.Kind.NAME, "the function's name");
    tokens.expect("(", "before the parameters");
    List<Syntax.Param> params = new ArrayList<>();
    while (!tokens.at(")")) {
      Token param = tokens.expect(Token.Kind.NAME, "a parameter name");
      Syntax.Expression type = tokens.accept(":") ? expressions.expression() : null;
      params.add(new Syntax.Param(param.place(), param.text(), type));
      if (!tokens.accept(",")) {
        break;
      }
    }
    tokens.expect(")", "or ',' in the parameters");
    if (tokens.accept("->")) {
      // TensorIR functions give their results through buffers: the annotation says nothing.
      expressions.expression();
    }
    return new Syntax.Def(name.place(), name.text(), decorators, params, body());
  }

  private Syntax.Statement classDef(List<Syntax.Expression> decorators) {
    tokens.take();
    Token name = tokens.expect(Token.Kind.NAME, "the class's name");
    if (tokens.accept("(")) {
      tokens.expect(")", "as a module has no base class");
    }
    return new Syntax.ClassDef(name.place(), name.text(), decorators, body());
  }

  private List<Syntax.Statement> simple() {
    Token first = tokens.peek();
    if (first.kind() == Token.Kind.NAME) {
      switch (first.text()) {
        case "pass" -> {
          return List.of(new Syntax.Pass(tokens.take().place()));
        }
        case "break" -> {
          return List.of(new Syntax.Break(tokens.take().place()));
        }
        case "continue" -> {
          return List.of(new Syntax.Continue(tokens.take().place()));
        }
        case "return" -> {
          tokens.take();
          Syntax.Expression value = tokens.at(Token.Kind.NEWLINE) ? null : expressions.tuple();
          return List.of(new Syntax.Return(tokens.since(first.place()), value));
        }
        case "assert" -> {
          tokens.take();
          Syntax.Expression condition = expressions.expression();
          Syntax.Expression message = tokens.accept(",") ? expressions.expression() : null;
          return List.of(new Syntax.Assert(tokens.since(first.place()), condition, message));
        }
        case "import", "from" -> {
          return imports();
        }
        default -> {}
      }
    }
    return List.of(assignment());
  }

  private Syntax.Statement assignment() {
    Source.Place start = tokens.peek().place();
    Syntax.Expression target = expressions.tuple();
    if (tokens.accept("=")) {
      Syntax.Expression value = expressions.tuple();
      return new Syntax.Assign(tokens.since(start), target, value);
    }
    if (tokens.at(Token.Kind.OPERATOR) && AUGMENTED.contains(tokens.peek().text())) {
      String operator = tokens.take().text();
      Syntax.Expression value = expressions.tuple();
      return new Syntax.Augmented(
          tokens.since(start), target, operator.substring(0, operator.length() - 1), value);
    }
    if (tokens.at(":") && target instanceof Syntax.Name name) {
      tokens.take();
      Syntax.Expression type = expressions.expression();
      Syntax.Expression value = tokens.accept("=") ? expressions.tuple() : null;
      return new Syntax.Annotated(tokens.since(start), name, type, value);
    }
    return new Syntax.ExpressionStatement(tokens.since(start), target);
  }

  private List<Syntax.Statement> imports() {
    Token start = tokens.take();
    List<Syntax.Statement> imports = new ArrayList<>();
    if (start.is("import")) {
      do {
        String module = dotted();
        String alias = tokens.accept("as") ? name("an alias") : module.split("\\.", 2)[0];
        imports.add(new Syntax.Import(start.place(), module, alias));
      } while (tokens.accept(","));
      return imports;
    }
    String module = dotted();
    tokens.expect("import", "behind the module");
    boolean parenthesised = tokens.accept("(");
    do {
      String name = tokens.accept("*") ? "*" : name("what to import");
      String alias = tokens.accept("as") ? name("an alias") : name;
      imports.add(new Syntax.Import(start.place(), module + "." + name, alias));
    } while (tokens.accept(",") && !tokens.at(")"));
    if (parenthesised) {
      tokens.expect(")", "behind the imports");
    }
    return imports;
  }

  private String name(String what) {
    return tokens.expect(Token.Kind.NAME, what).text();
  }

  private String dotted() {
    StringBuilder name = new StringBuilder();
    while (tokens.accept(".")) {
      name.append('.');
    }
    name.append(name("a module"));
    while (tokens.accept(".")) {
      name.append('.').append(name("a module"));
    }
    return name.toString();
  }
}
