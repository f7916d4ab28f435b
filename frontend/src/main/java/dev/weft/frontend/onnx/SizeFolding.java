package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on shapes: nodes over int64 tensors of at most one dimension whose elements are known
 * are worked out as size expressions, so that a later Reshape or Expand knows its shape.
 */
final class SizeFolding {
  private SizeFolding() {}

  /** The node's result as sizes; null if it is no arithmetic on known sizes. */
  static @Nullable List<GraphExpr> fold(Node node) {
    if (node.inputCount() == 0 || !isInt64(node, 0)) {
      return null;
    }
    List<IntExpr> x = node.knownSizes(0);
    if (x == null) {
      return null;
    }
    boolean scalar = node.rank(0) == 0;
    return switch (node.opType()) {
      case "Add" -> binary(node, x, IntExpr.Op.ADD);
      case "Sub" -> binary(node, x, IntExpr.Op.SUB);
      case "Mul" -> binary(node, x, IntExpr.Op.MUL);
      // The standard truncates, which on sizes (never negative) is the same.
      case "Div" -> nonNegative(x) ? binary(node, x, IntExpr.Op.FLOOR_DIV) : null;
      case "Max" -> node.inputCount() == 2 ? binary(node, x, IntExpr.Op.MAX) : null;
      case "Min" -> node.inputCount() == 2 ? binary(node, x, IntExpr.Op.MIN) : null;
      case "Concat" -> concat(node);
      case "Gather" -> gather(node, x);
      case "Slice" -> slice(node, x);
      case "Squeeze" -> x.size() == 1 ? result(node, x, true) : null;
      case "Unsqueeze" -> scalar ? result(node, x, false) : null;
      case "ReduceProd" -> reduceProd(node, x);
      default -> null;
    };
  }

  private static boolean isInt64(Node node, int index) {
    return node.has(index)
        && node.input(index).type() instanceof TensorType type
        && type.dtype().equals(DType.INT64);
  }

  private static boolean nonNegative(List<IntExpr> sizes) {
    return sizes.stream()
        .allMatch(size -> !(size instanceof IntExpr.Const(long value)) || value >= 0);
  }

  private static List<GraphExpr> result(Node node, List<IntExpr> sizes, boolean scalar) {
    return List.of(node.sizesTensor(sizes, scalar));
  }

  private static @Nullable List<GraphExpr> binary(Node node, List<IntExpr> x, IntExpr.Op op) {
    List<IntExpr> y = isInt64(node, 1) ? node.knownSizes(1) : null;
    boolean divides = op == IntExpr.Op.FLOOR_DIV;
    if (y == null || (x.size() != y.size() && x.size() != 1 && y.size() != 1)) {
      return null;
    }
    if (divides && y.stream().anyMatch(d -> d instanceof IntExpr.Const(long v) && v <= 0)) {
      return null;
    }
    int count = x.isEmpty() || y.isEmpty() ? 0 : Math.max(x.size(), y.size());
    List<IntExpr> sizes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      IntExpr a = x.get(x.size() == 1 ? 0 : i);
      IntExpr b = y.get(y.size() == 1 ? 0 : i);
      sizes.add(SizeAlgebra.simplify(IntExpr.of(op, a, b)));
    }
    return result(node, sizes, node.rank(0) == 0 && node.rank(1) == 0);
  }

  private static @Nullable List<GraphExpr> concat(Node node) {
    List<IntExpr> all = new ArrayList<>();
    for (int i = 0; i < node.inputCount(); i++) {
      List<IntExpr> part = isInt64(node, i) && node.rank(i) == 1 ? node.knownSizes(i) : null;
      if (part == null) {
        return null;
      }
      all.addAll(part);
    }
    return result(node, all, false);
  }

  private static @Nullable List<GraphExpr> gather(Node node, List<IntExpr> x) {
    List<IntExpr> indices = node.rank(0) == 1 && node.has(1) ? node.knownSizes(1) : null;
    if (indices == null) {
      return null;
    }
    List<IntExpr> picked = new ArrayList<>();
    for (IntExpr index : indices) {
      Long position = SizeAlgebra.constant(index);
      if (position == null) {
        return null;
      }
      picked.add(x.get(node.axis(position, x.size())));
    }
    return result(node, picked, node.rank(1) == 0);
  }

  private static @Nullable List<GraphExpr> slice(Node node, List<IntExpr> x) {
    boolean attributes = node.opset() < 10;
    List<Long> starts = attributes ? node.integers("starts", List.of()) : known(node, 1);
    List<Long> ends = attributes ? node.integers("ends", List.of()) : known(node, 2);
    List<Long> steps = !attributes && node.has(4) ? known(node, 4) : List.of(1L);
    if (starts == null
        || ends == null
        || steps == null
        || starts.size() != 1
        || ends.size() != 1
        || steps.size() != 1
        || steps.get(0) < 1) {
      return null;
    }
    long begin = border(starts.get(0), x.size());
    long end = border(ends.get(0), x.size());
    List<IntExpr> picked = new ArrayList<>();
    for (long i = begin; i < end; i += steps.get(0)) {
      picked.add(x.get((int) i));
    }
    return result(node, picked, false);
  }

  private static long border(long position, int size) {
    return Math.clamp(position < 0 ? position + size : position, 0, size);
  }

  private static @Nullable List<Long> known(Node node, int input) {
    List<IntExpr> sizes = node.has(input) ? node.knownSizes(input) : null;
    if (sizes == null || sizes.stream().anyMatch(size -> SizeAlgebra.constant(size) == null)) {
      return null;
    }
    return node.longs(input);
  }

  private static @Nullable List<GraphExpr> reduceProd(Node node, List<IntExpr> x) {
    if ((node.has(1) && node.knownSizes(1) == null) || node.rank(0) != 1) {
      return null;
    }
    return result(node, List.of(NeuralConverters.product(x)), !node.flag("keepdims", true));
  }
}
