package dev.weft.graph.text;

import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.WellFormed;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.script.ScriptException;
import dev.weft.tir.script.TvmScript;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the text form of graphs. What {@link GraphPrinter} prints of a well-formed graph reads back
 * to a structurally equal one. Indentation doesn't count, and what follows a {@code #} in a line is
 * a comment.
 */
public final class GraphParser {
  private final TokenReader in;
  private final Map<String, Tensor> constants;
  private final Operators operators;

  private GraphParser(String text, Map<String, Tensor> constants, Operators operators) {
    this.in = new TokenReader(text);
    this.constants = constants;
    this.operators = operators;
  }

  /**
   * A graph that has neither large constants nor an application's operators.
   *
   * @throws GraphTextException if the text can't be read; it has the line and the place in it
   * @throws ScriptException if the TensorIR functions in it can't be read
   * @throws WellFormed.IllFormedException if it is read, but is no well-formed graph
   */
  public static Graph parse(String text) {
    return parse(new GraphText(text, Map.of()));
  }

  /** A graph with its large constants; errors as in {@link #parse(String)}. */
  public static Graph parse(GraphText text) {
    return parse(text, List.of(), List.of());
  }

  /**
   * A graph with an application's operators; errors as in {@link #parse(String)}.
   *
   * @param definitions of the operators whose names begin with {@code custom.} in the text
   * @param operators records of the application that implement {@code Operator}
   */
  public static Graph parse(
      GraphText text,
      List<OperatorDefinition> definitions,
      List<Class<? extends Record>> operators) {
    GraphParser parser =
        new GraphParser(text.text(), text.constants(), new Operators(definitions, operators));
    return WellFormed.check(parser.graph());
  }

  private Graph graph() {
    Map<String, GraphFunction> functions = new LinkedHashMap<>();
    in.skipLineEnds();
    while (in.peek().kind() != Token.Kind.END) {
      if (in.peek().is(GraphPrinter.PRIM_FUNCS) && in.peekSecond().is(":")) {
        in.next();
        return new Graph(functions, TvmScript.parseModule(in.restWithLines(in.next())));
      }
      Map<String, AttrValue> attrs = new LinkedHashMap<>();
      while (in.accept("@")) {
        functionAttribute(attrs);
      }
      in.expect("def");
      Token name = in.name("a function");
      GraphFunction function = new FunctionReader(in, constants, operators).read(attrs);
      if (functions.put(name.text(), function) != null) {
        throw in.error(name, "there are two functions '" + name.text() + "'");
      }
      in.skipLineEnds();
    }
    return new Graph(functions, new IRModule(Map.of(), Map.of()));
  }

  private void functionAttribute(Map<String, AttrValue> attrs) {
    Token name = in.name("an attribute");
    in.expect("(");
    AttrValue value;
    if (in.peek().kind() == Token.Kind.STRING) {
      value = new Expr.StringImm(in.string());
    } else {
      Token type = in.peek();
      var dtype = in.dtype();
      in.expect("(");
      if (dtype.isFloat()) {
        value = new Expr.FloatImm(dtype, in.number());
      } else if (dtype.isInt() || dtype.isBool()) {
        value = new Expr.IntImm(dtype, in.integer());
      } else {
        throw in.error(type, "an attribute is a number or a string");
      }
      in.expect(")");
    }
    in.expect(")");
    in.lineEnd();
    if (attrs.put(name.text(), value) != null) {
      throw in.error(name, "the attribute '" + name.text() + "' is given twice");
    }
  }
}
