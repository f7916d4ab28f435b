package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known at compile time of the values of integer tensors of at most one dimension: models
 * work out shapes with tensors, and type rules need them as size expressions.
 */
final class KnownSizes {
  /** Longer tensors are data, not shapes. */
  private static final int LONGEST = 64;

  private final IdentityHashMap<GraphExpr, List<IntExpr>> known = new IdentityHashMap<>();

  /** The elements of a value, if they are known. */
  @Nullable List<IntExpr> of(GraphExpr value) {
    if (value instanceof GraphExpr.Constant(String name, Tensor tensor)) {
      boolean small = tensor.rank() <= 1 && tensor.elements() <= LONGEST;
      return small && tensor.dtype().isInt() ? constants(tensor) : null;
    }
    return known.get(value);
  }

  void put(GraphExpr value, List<IntExpr> sizes) {
    known.put(value, List.copyOf(sizes));
  }

  private static List<IntExpr> constants(Tensor tensor) {
    List<IntExpr> sizes = new ArrayList<>();
    for (long value : tensor.toLongs()) {
      sizes.add(IntExpr.of(value));
    }
    return sizes;
  }
}
