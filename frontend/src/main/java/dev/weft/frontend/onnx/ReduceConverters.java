package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.UnaryFunction;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reductions. */
final class ReduceConverters {
  private ReduceConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("ReduceSum", node -> List.of(reduce(node, Reduction.SUM, node.input(0))));
    converters.put("ReduceMean", node -> List.of(reduce(node, Reduction.MEAN, node.input(0))));
    converters.put("ReduceMax", node -> List.of(reduce(node, Reduction.MAX, node.input(0))));
    converters.put("ReduceMin", node -> List.of(reduce(node, Reduction.MIN, node.input(0))));
    converters.put("ReduceProd", node -> List.of(reduce(node, Reduction.PROD, node.input(0))));
    converters.put(
        "ReduceL1",
        node -> {
          GraphExpr magnitude = node.unary(UnaryFunction.ABS, node.input(0));
          return List.of(reduce(node, Reduction.SUM, magnitude));
        });
    converters.put("ReduceSumSquare", node -> List.of(sumOfSquares(node)));
    converters.put("ReduceL2", node -> List.of(node.unary(UnaryFunction.SQRT, sumOfSquares(node))));
    converters.put(
        "ReduceLogSum",
        node -> {
          GraphExpr sum = reduce(node, Reduction.SUM, node.input(0));
          return List.of(node.unary(UnaryFunction.LOG, sum));
        });
    converters.put("ReduceLogSumExp", node -> List.of(logSumExp(node)));
    converters.put("ArgMax", node -> List.of(arg(node, true)));
    converters.put("ArgMin", node -> List.of(arg(node, false)));
  }

  /** The axes: an attribute before {@code ReduceSum}-13 and the other reductions' version 18. */
  private static List<Integer> axes(Node node) {
    int rank = node.rank(0);
    List<Long> given = node.has(1) ? node.longs(1) : node.integers("axes", List.of());
    if (!given.isEmpty()) {
      return node.axes(given, rank);
    }
    boolean nothing = node.flag("noop_with_empty_axes", false);
    return nothing ? List.of() : IntStream.range(0, rank).boxed().toList();
  }

  private static GraphExpr reduce(Node node, Reduction reduction, GraphExpr x) {
    return node.emit(new Reduce(reduction, axes(node), node.flag("keepdims", true)), x);
  }

  private static GraphExpr sumOfSquares(Node node) {
    GraphExpr x = node.input(0);
    return reduce(node, Reduction.SUM, node.binary(BinaryFunction.MULTIPLY, x, x));
  }

  /** {@code max + log(sum(exp(x - max)))}, which does not overflow. */
  private static GraphExpr logSumExp(Node node) {
    GraphExpr x = node.input(0);
    List<Integer> axes = axes(node);
    boolean keepDims = node.flag("keepdims", true);
    GraphExpr max = node.emit(new Reduce(Reduction.MAX, axes, true), x);
    GraphExpr shifted = node.unary(UnaryFunction.EXP, node.binary(BinaryFunction.SUBTRACT, x, max));
    GraphExpr sum = node.emit(new Reduce(Reduction.SUM, axes, keepDims), shifted);
    GraphExpr offset = keepDims ? max : node.emit(new Reduce(Reduction.MAX, axes, false), x);
    return node.binary(BinaryFunction.ADD, node.unary(UnaryFunction.LOG, sum), offset);
  }

  private static GraphExpr arg(Node node, boolean max) {
    int axis = node.axis("axis", 0, node.rank(0));
    boolean last = node.flag("select_last_index", false);
    return node.emit(new ArgReduce(max, axis, node.flag("keepdims", true), last), node.input(0));
  }
}
