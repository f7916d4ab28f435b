package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.UnaryFunction;
import java.util.List;
import java.util.Map;

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

  private static GraphExpr reduce(Node node, Reduction reduction, GraphExpr x) {
    return ReducedAxes.of(node).reduce(node, reduction, x, node.flag("keepdims", true));
  }

  private static GraphExpr sumOfSquares(Node node) {
    GraphExpr x = node.input(0);
    return reduce(node, Reduction.SUM, node.binary(BinaryFunction.MULTIPLY, x, x));
  }

  /**
   * {@code max + log(sum(exp(x - max)))}, which does not overflow. An infinite maximum stays
   * outside, since the difference of two infinities is no number.
   */
  private static GraphExpr logSumExp(Node node) {
    GraphExpr x = node.input(0);
    ReducedAxes axes = ReducedAxes.of(node);
    boolean keepDims = node.flag("keepdims", true);
    GraphExpr max = finite(node, axes.reduce(node, Reduction.MAX, x, true));
    GraphExpr shifted = node.unary(UnaryFunction.EXP, node.binary(BinaryFunction.SUBTRACT, x, max));
    GraphExpr sum = axes.reduce(node, Reduction.SUM, shifted, keepDims);
    GraphExpr offset = keepDims ? max : finite(node, axes.reduce(node, Reduction.MAX, x, false));
    return node.binary(BinaryFunction.ADD, node.unary(UnaryFunction.LOG, sum), offset);
  }

  /** A value, 0 where it is infinite. */
  private static GraphExpr finite(Node node, GraphExpr x) {
    Emit emit = new Emit(node);
    GraphExpr magnitude = emit.unary(UnaryFunction.ABS, x);
    GraphExpr infinite = emit.equal(magnitude, emit.like(x, Double.POSITIVE_INFINITY));
    return emit.where(infinite, emit.like(x, 0), x);
  }

  private static GraphExpr arg(Node node, boolean max) {
    int axis = node.axis("axis", 0, node.rank(0));
    boolean last = node.flag("select_last_index", false);
    return node.emit(new ArgReduce(max, axis, node.flag("keepdims", true), last), node.input(0));
  }
}
