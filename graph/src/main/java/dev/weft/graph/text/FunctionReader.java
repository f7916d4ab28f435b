package dev.weft.graph.text;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.base.WeftException;
import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.op.Operator;
import dev.weft.tir.AttrValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reads one function of a graph, behind its name. */
final class FunctionReader {
  private final TokenReader in;
  private final Map<String, Tensor> constants;
  private final Operators operators;
  private final Map<String, GraphVar> variables = new HashMap<>();

  FunctionReader(TokenReader in, Map<String, Tensor> constants, Operators operators) {
    this.in = in;
    this.constants = constants;
    this.operators = operators;
  }

  GraphFunction read(Map<String, AttrValue> attrs) {
    List<GraphVar> params = in.list("(", ")", this::parameter);
    in.expect("->");
    List<Token> names = new ArrayList<>();
    List<GraphType> types = in.list("(", ")", () -> result(names));
    in.expect(":");
    in.lineEnd();
    Body body = body("return");
    if (body.results().size() != names.size()) {
      throw in.error(
          in.last(),
          "the function has "
              + names.size()
              + " results, this returns "
              + body.results().size()
              + " values");
    }
    for (int i = 0; i < names.size(); i++) {
      GraphType type = body.results().get(i).type();
      if (!GraphTypes.equal(types.get(i), type)) {
        throw in.error(names.get(i), "the function returns a " + type + " for this result");
      }
    }
    return new GraphFunction(params, body, names.stream().map(Token::text).toList(), attrs);
  }

  private GraphVar parameter() {
    Token name = in.name("a parameter");
    in.expect(":");
    return define(name, in.type(), false);
  }

  private GraphType result(List<Token> names) {
    names.add(in.name("a result"));
    in.expect(":");
    return in.type();
  }

  private GraphVar define(Token name, GraphType type, boolean dataflow) {
    GraphVar variable =
        dataflow ? GraphVar.dataflow(name.text(), type) : GraphVar.of(name.text(), type);
    if (variables.put(name.text(), variable) != null) {
      throw in.error(name, "'" + name.text() + "' is bound a second time");
    }
    return variable;
  }

  /** Blocks, and the line that gives the results, which begins with a word of its own. */
  private Body body(String last) {
    List<BindingBlock> blocks = new ArrayList<>();
    in.skipLineEnds();
    while (in.accept("with")) {
      blocks.add(block());
    }
    if (!in.peek().is(last)) {
      throw in.error(in.peek(), "expected 'with' or '" + last + "', found " + in.peek().describe());
    }
    in.next();
    List<GraphExpr> results = new ArrayList<>();
    if (!endsLine()) {
      do {
        results.add(atom());
      } while (in.accept(","));
    }
    in.lineEnd();
    return new Body(blocks, results);
  }

  private boolean endsLine() {
    return in.peek().kind() == Token.Kind.LINE_END || in.peek().kind() == Token.Kind.END;
  }

  private BindingBlock block() {
    boolean dataflow = in.accept("dataflow");
    if (!dataflow) {
      in.expect("effects");
    }
    Map<String, Token> outputs = new LinkedHashMap<>();
    if (dataflow && in.accept("->")) {
      do {
        Token name = in.name("a variable");
        outputs.put(name.text(), name);
      } while (in.accept(","));
    }
    in.expect(":");
    in.lineEnd();
    List<Binding> bindings = new ArrayList<>();
    Set<String> bound = new HashSet<>();
    while (!in.peek().is("with") && !in.peek().is("return") && !in.peek().is("yield")) {
      Token name = in.name("a variable, 'with', 'return' or 'yield'");
      in.expect(":");
      GraphType type = in.type();
      in.expect("=");
      Token first = in.peek();
      GraphExpr value = value(type);
      if (!GraphTypes.equal(value.type(), type)) {
        throw in.error(
            first, "the value is a " + value.type() + ", the variable is said to be a " + type);
      }
      bound.add(name.text());
      boolean inside = dataflow && !outputs.containsKey(name.text());
      bindings.add(new Binding(define(name, type, inside), value));
    }
    outputs.forEach(
        (name, token) -> {
          if (!bound.contains(name)) {
            throw in.error(token, "the block does not bind '" + name + "'");
          }
        });
    return new BindingBlock(dataflow, bindings);
  }

  /** What stands behind the equals sign, to the end of the line or of the bodies below it. */
  private GraphExpr value(GraphType type) {
    Token first = in.peek();
    return made(
        first,
        () -> {
          if (in.accept("if")) {
            return branch(type);
          }
          if (in.accept("loop")) {
            return loop(first, type);
          }
          GraphExpr value = line(first, type);
          in.lineEnd();
          return value;
        });
  }

  /** An expression in one line. */
  private GraphExpr line(Token first, GraphType type) {
    if (first.is("(")) {
      return new GraphExpr.Tuple(atoms());
    }
    if (first.is("const")) {
      return atom();
    }
    if (in.accept("call")) {
      in.expect("(");
      String function = in.name("a function").text();
      in.expect(",");
      List<GraphExpr> args = atoms();
      in.expect(")");
      return new GraphExpr.CallFunction(function, args, type);
    }
    if (in.accept("call_tir")) {
      return callTir();
    }
    if (in.accept("call_packed")) {
      return callPacked();
    }
    if (in.accept("bind_sizes")) {
      return bindSizes();
    }
    if (in.peekSecond().is("(")) {
      return call();
    }
    GraphExpr atom = atom();
    if (!in.accept("[")) {
      return atom;
    }
    long index = in.integer();
    in.expect("]");
    return new GraphExpr.TupleGet(atom, Math.toIntExact(index));
  }

  private GraphExpr call() {
    Token name = in.name("an operator");
    Map<String, TokenReader> attributes = new LinkedHashMap<>();
    List<GraphExpr> args = new ArrayList<>();
    AttributeReader reader = new AttributeReader(in);
    in.list(
        "(",
        ")",
        () -> {
          if (in.peekSecond().is("=")) {
            reader.attribute(attributes);
          } else {
            args.add(atom());
          }
          return args;
        });
    Operator operator =
        name.text().startsWith(GraphPrinter.CUSTOM)
            ? operators.custom(
                in,
                name,
                attributes,
                args.stream().map(GraphExpr::type).toList(),
                value -> new FunctionReader(value, constants, operators).constant().value())
            : operators.read(in, name, attributes);
    return GraphExpr.Call.of(operator, args);
  }

  private GraphExpr callTir() {
    in.expect("(");
    String function = in.name("a TensorIR function").text();
    in.expect(",");
    List<GraphExpr> args = atoms();
    in.expect(",");
    List<TensorType> outputs = in.list("[", "]", in::tensorType);
    List<IntExpr> sizes = List.of();
    if (in.accept(",")) {
      in.expect("sizes");
      in.expect("=");
      sizes = in.list("[", "]", in::size);
    }
    in.expect(")");
    return new GraphExpr.CallTir(function, args, outputs, sizes);
  }

  private GraphExpr callPacked() {
    in.expect("(");
    String function = in.string();
    in.expect(",");
    List<GraphExpr> args = atoms();
    in.expect(",");
    List<TensorType> outputs = in.list("[", "]", in::tensorType);
    Map<String, String> attributes = new HashMap<>();
    if (in.accept(",")) {
      in.expect("attributes");
      in.expect("=");
      in.list("(", ")", () -> textAttribute(attributes));
    }
    in.expect(")");
    return new GraphExpr.CallPacked(function, args, outputs, attributes);
  }

  private String textAttribute(Map<String, String> attributes) {
    String name = in.name("an attribute").text();
    in.expect("=");
    attributes.put(name, in.string());
    return name;
  }

  private GraphExpr bindSizes() {
    List<GraphExpr.BindSizes.Read> reads = new ArrayList<>();
    List<GraphExpr.BindSizes.Size> sizes = new ArrayList<>();
    List<GraphExpr.BindSizes.Check> checks = new ArrayList<>();
    in.expect("(");
    String where = in.string();
    while (in.accept(",")) {
      if (in.accept("check")) {
        in.expect("(");
        IntExpr condition = in.size();
        in.expect(",");
        checks.add(new GraphExpr.BindSizes.Check(condition, in.string()));
        in.expect(")");
        continue;
      }
      String name = in.name("a size").text();
      in.expect("=");
      if (in.peek().is("const") || in.peekSecond().is("[")) {
        GraphExpr tensor = atom();
        in.expect("[");
        reads.add(new GraphExpr.BindSizes.Read(name, tensor, in.size()));
        in.expect("]");
      } else {
        sizes.add(new GraphExpr.BindSizes.Size(name, in.size()));
      }
    }
    in.expect(")");
    return new GraphExpr.BindSizes(where, reads, sizes, checks);
  }

  private GraphExpr branch(GraphType type) {
    GraphExpr condition = atom();
    in.expect(":");
    in.lineEnd();
    Body then = body("yield");
    in.expect("else");
    in.expect(":");
    in.lineEnd();
    return new GraphExpr.If(condition, then, body("yield"), type);
  }

  private GraphExpr loop(Token place, GraphType type) {
    List<GraphVar> params = in.list("(", ")", this::parameter);
    in.expect("from");
    List<GraphExpr> initial = atoms();
    in.expect("for");
    String index = in.name("a size").text();
    in.expect("<");
    IntExpr trips = in.size();
    GraphExpr condition = in.accept("while") ? atom() : null;
    in.expect(":");
    in.lineEnd();
    Body body = body("yield");
    if (!(type instanceof TupleType results)) {
      throw in.error(place, "a loop gives a tuple, not a " + type);
    }
    return new GraphExpr.Loop(trips, condition, initial, index, params, body, results);
  }

  private List<GraphExpr> atoms() {
    return in.list("(", ")", this::atom);
  }

  private GraphExpr atom() {
    if (in.peek().is("const")) {
      return constant();
    }
    Token name = in.name("a variable");
    GraphVar variable = variables.get(name.text());
    if (variable == null) {
      throw in.error(name, "the variable '" + name.text() + "' is not bound before this");
    }
    return variable;
  }

  private GraphExpr.Constant constant() {
    Token first = in.expect("const");
    in.expect("(");
    List<TokenReader> elements = null;
    Token name = in.peek();
    if (name.is("[")) {
      elements = in.list("[", "]", this::element);
    } else {
      in.name("a constant");
    }
    in.expect(":");
    TensorType type = in.tensorType();
    Token last = in.expect(")");
    if (!type.shape().isStatic()) {
      throw in.error(first, last, "the shape of a constant is known, not " + type);
    }
    if (elements != null) {
      return new GraphExpr.Constant("", tensor(elements, type, first, last));
    }
    Tensor value = constants.get(name.text());
    if (value == null) {
      throw in.error(name, "the constant '" + name.text() + "' was not given with the text");
    }
    GraphExpr.Constant constant = new GraphExpr.Constant(name.text(), value);
    if (!constant.type().equals(type)) {
      throw in.error(first, last, "the constant '" + name.text() + "' is a " + constant.type());
    }
    return constant;
  }

  private TokenReader element() {
    TokenReader value = in.copy();
    in.skipValue();
    return value;
  }

  private Tensor tensor(List<TokenReader> elements, TensorType type, Token first, Token last) {
    DType dtype = type.dtype();
    long[] shape = type.shape().toLongs();
    long count = 1;
    for (long dim : shape) {
      count *= dim;
    }
    if (count != elements.size()) {
      throw in.error(first, last, elements.size() + " elements don't make a " + type);
    }
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (int i = 0; i < elements.size(); i++) {
      if (dtype.isFloat()) {
        tensor.setDouble(i, elements.get(i).number());
      } else {
        tensor.setLong(i, elements.get(i).integer());
      }
    }
    return tensor;
  }

  /** What a node or operator refuses is wrong at a place of the text. */
  private GraphExpr made(Token first, Supplier<GraphExpr> make) {
    try {
      return make.get();
    } catch (GraphTextException e) {
      throw e;
    } catch (WeftException | IllegalArgumentException | ArithmeticException e) {
      throw in.error(first, String.valueOf(e.getMessage()));
    }
  }
}
