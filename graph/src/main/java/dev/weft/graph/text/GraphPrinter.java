package dev.weft.graph.text;

import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.custom.CustomOperator;
import dev.weft.graph.op.Operator;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints graphs in the form that {@link GraphParser} reads. Names are made unique by a number, and
 * stand in backquotes where they are no identifiers. Behind the arrow of a dataflow block are those
 * of its variables that can be used behind it. Constants of up to {@value
 * ConstantText#INLINE_ELEMENTS} elements are written out, larger ones by name and type. The
 * TensorIR functions are at the end, in TVMScript.
 *
 * <pre>
 * def main(x: float32[n, 784], w: float32[784, 10]) -> (y: float32[n, 10]):
 *   with dataflow -> y:
 *     lv: float32[n, 10] = matmul(x, w, transposeA=false, transposeB=false)
 *     y: float32[n, 10] = relu(lv)
 *   return y
 * </pre>
 */
public final class GraphPrinter {
  /** Behind this line the rest of the text is TVMScript. */
  static final String PRIM_FUNCS = "prim_funcs";

  /** In front of the name of an application's own operator. */
  static final String CUSTOM = "custom.";

  private final StringBuilder out = new StringBuilder();
  private final ConstantText constants;
  private final IdentityHashMap<GraphVar, String> names = new IdentityHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> copies = new HashMap<>();

  private GraphPrinter(ConstantText constants) {
    this.constants = constants;
  }

  /** All functions of a graph. */
  public static String print(Graph graph) {
    return text(graph).text();
  }

  /**
   * All functions of a graph, and the constants that its text has by name only.
   *
   * @throws IllegalArgumentException if a function has an attribute that text can't tell
   */
  public static GraphText text(Graph graph) {
    StringBuilder text = new StringBuilder();
    ConstantText constants = new ConstantText();
    graph
        .functions()
        .forEach(
            (name, function) -> {
              GraphPrinter printer = new GraphPrinter(constants);
              printer.function(name, function);
              text.append(printer.out);
            });
    if (!graph.primFuncs().functions().isEmpty() || !graph.primFuncs().attrs().isEmpty()) {
      text.append(PRIM_FUNCS).append(":\n").append(TvmScript.print(graph.primFuncs()));
    }
    return new GraphText(text.toString(), constants.large());
  }

  /** One function. */
  public static String print(String name, GraphFunction function) {
    GraphPrinter printer = new GraphPrinter(new ConstantText());
    printer.function(name, function);
    return printer.out.toString();
  }

  private void function(String name, GraphFunction function) {
    List<String> params = new ArrayList<>();
    for (GraphVar param : function.params()) {
      params.add(name(param) + ": " + param.type());
    }
    List<String> results = new ArrayList<>();
    for (int i = 0; i < function.resultNames().size(); i++) {
      String result = Words.name(function.resultNames().get(i));
      results.add(result + ": " + function.body().results().get(i).type());
    }
    for (Map.Entry<String, AttrValue> attr : function.attrs().entrySet()) {
      out.append('@').append(Words.name(attr.getKey())).append('(');
      out.append(functionAttribute(attr.getValue())).append(")\n");
    }
    out.append("def ").append(Words.name(name)).append(list(params));
    out.append(" -> ").append(list(results)).append(":\n");
    body(function.body(), "  ", "return");
  }

  private static String functionAttribute(AttrValue value) {
    return switch (value) {
      case Expr.StringImm(String text) -> Words.string(text);
      case Expr.IntImm(var dtype, long number) -> dtype + "(" + number + ")";
      case Expr.FloatImm(var dtype, double number) -> dtype + "(" + number + ")";
      default ->
          throw new IllegalArgumentException(
              "a graph function's attribute is a number or a string, got " + value);
    };
  }

  private void body(Body body, String indent, String last) {
    for (BindingBlock block : body.blocks()) {
      out.append(indent).append(block.dataflow() ? "with dataflow" : "with effects");
      String arrow = " -> ";
      for (Binding binding : block.bindings()) {
        if (block.dataflow() && !binding.var().isDataflow()) {
          out.append(arrow).append(name(binding.var()));
          arrow = ", ";
        }
      }
      out.append(":\n");
      for (Binding binding : block.bindings()) {
        binding(binding, indent + "  ");
      }
    }
    out.append(indent).append(last);
    String separator = " ";
    for (GraphExpr result : body.results()) {
      out.append(separator).append(atom(result));
      separator = ", ";
    }
    out.append('\n');
  }

  private void binding(Binding binding, String indent) {
    String value = value(binding.value());
    out.append(indent).append(name(binding.var())).append(": ").append(binding.var().type());
    out.append(" = ").append(value).append('\n');
    switch (binding.value()) {
      case GraphExpr.If(var condition, var then, var otherwise, var type) -> {
        body(then, indent + "  ", "yield");
        out.append(indent).append("else:\n");
        body(otherwise, indent + "  ", "yield");
      }
      case GraphExpr.Loop loop -> body(loop.body(), indent + "  ", "yield");
      case GraphVar v -> {}
      case GraphExpr.Constant c -> {}
      case GraphExpr.Call c -> {}
      case GraphExpr.CallTir c -> {}
      case GraphExpr.CallFunction c -> {}
      case GraphExpr.CallPacked c -> {}
      case GraphExpr.Tuple t -> {}
      case GraphExpr.TupleGet t -> {}
      case GraphExpr.BindSizes b -> {}
    }
  }

  private String value(GraphExpr value) {
    return switch (value) {
      case GraphVar v -> atom(v);
      case GraphExpr.Constant c -> atom(c);
      case GraphExpr.Call(Operator op, var args, var type) -> {
        List<String> parts = new ArrayList<>(args.stream().map(this::atom).toList());
        op.attributes().forEach((key, attr) -> parts.add(Words.name(key) + "=" + attribute(attr)));
        String name = op instanceof CustomOperator ? CUSTOM + op.name() : op.name();
        yield Words.name(name) + list(parts);
      }
      case GraphExpr.CallTir(var function, var args, var outputs, var sizes) -> {
        List<String> parts = new ArrayList<>(List.of(Words.name(function), atoms(args)));
        parts.add(outputs.toString());
        if (!sizes.isEmpty()) {
          parts.add("sizes=" + sizes);
        }
        yield "call_tir" + list(parts);
      }
      case GraphExpr.CallFunction(var function, var args, var type) ->
          "call(" + Words.name(function) + ", " + atoms(args) + ")";
      case GraphExpr.CallPacked(var function, var args, var outputs, var attributes) -> {
        List<String> parts = new ArrayList<>(List.of(Words.string(function), atoms(args)));
        parts.add(outputs.toString());
        if (!attributes.isEmpty()) {
          List<String> entries = new ArrayList<>();
          attributes.forEach(
              (key, text) -> entries.add(Words.name(key) + "=" + Words.string(text)));
          parts.add("attributes=" + list(entries));
        }
        yield "call_packed" + list(parts);
      }
      case GraphExpr.Tuple(var fields) -> atoms(fields);
      case GraphExpr.TupleGet(var tuple, int index) -> atom(tuple) + "[" + index + "]";
      case GraphExpr.BindSizes bind -> bindSizes(bind);
      case GraphExpr.If(var condition, var then, var otherwise, var type) ->
          "if " + atom(condition) + ":";
      case GraphExpr.Loop loop -> {
        List<String> params = new ArrayList<>();
        for (GraphVar param : loop.params()) {
          params.add(name(param) + ": " + param.type());
        }
        yield "loop "
            + list(params)
            + " from "
            + atoms(loop.initial())
            + " for "
            + Words.name(loop.index())
            + " < "
            + loop.trips()
            + (loop.condition() == null ? "" : " while " + atom(loop.condition()))
            + ":";
      }
    };
  }

  private String attribute(Object value) {
    return value instanceof Tensor tensor
        ? constants.print(new GraphExpr.Constant("", tensor))
        : AttributeText.print(value);
  }

  private String bindSizes(GraphExpr.BindSizes bind) {
    List<String> parts = new ArrayList<>(List.of(Words.string(bind.where())));
    for (GraphExpr.BindSizes.Read read : bind.reads()) {
      parts.add(Words.name(read.name()) + "=" + atom(read.tensor()) + "[" + read.index() + "]");
    }
    bind.sizes().forEach(size -> parts.add(Words.name(size.symbol()) + "=" + size.value()));
    bind.checks()
        .forEach(
            check ->
                parts.add(
                    "check(" + check.condition() + ", " + Words.string(check.otherwise()) + ")"));
    return "bind_sizes" + list(parts);
  }

  private String atoms(List<GraphExpr> atoms) {
    return list(atoms.stream().map(this::atom).toList());
  }

  private static String list(List<String> parts) {
    return parts.stream().collect(Collectors.joining(", ", "(", ")"));
  }

  private String atom(GraphExpr atom) {
    return switch (atom) {
      case GraphVar v -> name(v);
      case GraphExpr.Constant c -> constants.print(c);
      // What follows is no A-normal form: it prints for errors, and can't be read.
      case GraphExpr.Call c -> "(" + value(c) + ")";
      case GraphExpr.CallTir c -> "(" + value(c) + ")";
      case GraphExpr.CallFunction c -> "(" + value(c) + ")";
      case GraphExpr.CallPacked c -> "(" + value(c) + ")";
      case GraphExpr.Tuple t -> value(t);
      case GraphExpr.TupleGet t -> value(t);
      case GraphExpr.BindSizes b -> value(b);
      case GraphExpr.If i -> "(" + value(i) + ")";
      case GraphExpr.Loop l -> "(" + value(l) + ")";
    };
  }

  private String name(GraphVar variable) {
    String known = names.get(variable);
    if (known != null) {
      return known;
    }
    String base = variable.name().isEmpty() ? "v" : variable.name();
    String name = base;
    while (!taken.add(name)) {
      name = base + "_" + copies.merge(base, 1, Integer::sum);
    }
    String written = Words.name(name);
    names.put(variable, written);
    return written;
  }
}
