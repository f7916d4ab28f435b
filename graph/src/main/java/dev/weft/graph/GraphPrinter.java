package dev.weft.graph;

import dev.weft.base.Tensor;
import dev.weft.graph.op.Operator;
import dev.weft.tir.AttrValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints graphs. Names are made unique by a number; constants of up to {@value #INLINE_ELEMENTS}
 * elements are written out, larger ones by name and type.
 *
 * <pre>
 * def main(x: float32[n, 784], w: float32[784, 10]) -> (y: float32[n, 10]):
 *   with dataflow:
 *     lv: float32[n, 10] = matmul(x, w)
 *     y: float32[n, 10] = relu(lv)
 *   return y
 * </pre>
 */
public final class GraphPrinter {
  private static final int INLINE_ELEMENTS = 8;

  private final StringBuilder out = new StringBuilder();
  private final IdentityHashMap<GraphVar, String> names = new IdentityHashMap<>();
  private final Set<String> taken = new HashSet<>();

  private GraphPrinter() {}

  /** All functions of a graph; TensorIR functions by name only. */
  public static String print(Graph graph) {
    StringBuilder text = new StringBuilder();
    graph
        .primFuncs()
        .functions()
        .keySet()
        .forEach(name -> text.append("prim_func ").append(name).append('\n'));
    graph.functions().forEach((name, function) -> text.append(print(name, function)));
    return text.toString();
  }

  /** One function. */
  public static String print(String name, GraphFunction function) {
    GraphPrinter printer = new GraphPrinter();
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
      results.add(function.resultNames().get(i) + ": " + function.body().results().get(i).type());
    }
    for (Map.Entry<String, AttrValue> attr : function.attrs().entrySet()) {
      out.append("@attr(").append(attr.getKey()).append(", ").append(attr.getValue()).append(")\n");
    }
    out.append("def ").append(name).append(list(params)).append(" -> ").append(list(results));
    out.append(":\n");
    body(function.body(), "  ", "return");
  }

  private void body(Body body, String indent, String last) {
    for (BindingBlock block : body.blocks()) {
      out.append(indent).append(block.dataflow() ? "with dataflow:\n" : "with effects:\n");
      for (Binding binding : block.bindings()) {
        binding(binding, indent + "  ");
      }
    }
    out.append(indent).append(last).append(' ');
    out.append(body.results().stream().map(this::atom).collect(Collectors.joining(", ")));
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
        op.attributes().forEach((key, attr) -> parts.add(key + "=" + attr));
        yield op.name() + list(parts);
      }
      case GraphExpr.CallTir(var function, var args, var outputs, var sizes) ->
          "call_tir("
              + function
              + ", "
              + atoms(args)
              + ", "
              + outputs
              + (sizes.isEmpty() ? ")" : ", sizes=" + sizes + ")");
      case GraphExpr.CallFunction(var function, var args, var type) -> function + atoms(args);
      case GraphExpr.CallPacked(var function, var args, var outputs, var attributes) ->
          "call_packed(\""
              + function
              + "\", "
              + atoms(args)
              + ", "
              + outputs
              + (attributes.isEmpty() ? "" : ", attributes=" + attributes)
              + ")";
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
            + loop.index()
            + " < "
            + loop.trips()
            + (loop.condition() == null ? "" : " while " + atom(loop.condition()))
            + ":";
      }
    };
  }

  private String bindSizes(GraphExpr.BindSizes bind) {
    List<String> parts = new ArrayList<>();
    for (GraphExpr.BindSizes.Read read : bind.reads()) {
      parts.add(read.name() + "=" + atom(read.tensor()) + "[" + read.index() + "]");
    }
    bind.sizes().forEach(size -> parts.add(size.symbol() + "=" + size.value()));
    bind.checks()
        .forEach(
            check -> parts.add("check(" + check.condition() + ", \"" + check.otherwise() + "\")"));
    return "bind_sizes(\""
        + bind.where()
        + "\""
        + parts.stream().map(part -> ", " + part).collect(Collectors.joining())
        + ")";
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
      case GraphExpr.Constant c -> constant(c);
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

  private static String constant(GraphExpr.Constant constant) {
    Tensor value = constant.value();
    if (value.elements() > INLINE_ELEMENTS) {
      return "const(" + constant.name() + ": " + constant.type() + ")";
    }
    List<String> elements = new ArrayList<>();
    for (long i = 0; i < value.elements(); i++) {
      elements.add(
          value.dtype().isFloat()
              ? Double.toString(value.getDouble(i))
              : Long.toString(value.getLong(i)));
    }
    return "const(" + elements + ": " + constant.type() + ")";
  }

  private String name(GraphVar variable) {
    String known = names.get(variable);
    if (known != null) {
      return known;
    }
    String base = variable.name().isEmpty() ? "v" : variable.name();
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    names.put(variable, name);
    return name;
  }
}
