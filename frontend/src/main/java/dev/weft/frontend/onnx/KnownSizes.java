package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
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

  private final KnownTensors constants;

  private final IdentityHashMap<GraphExpr, List<IntExpr>> known = new IdentityHashMap<>();

  KnownSizes(KnownTensors constants) {
    this.constants = constants;
  }

  /** The elements of a value, if they are known. */
  @Nullable List<IntExpr> of(GraphExpr value) {
    if (value instanceof GraphExpr.Constant(String name, Tensor tensor)) {
      boolean small = tensor.rank() <= 1 && tensor.elements() <= LONGEST;
      boolean numbers = tensor.dtype().isInt() || tensor.dtype().isBool();
      return small && numbers ? constants(tensor) : null;
    }
    List<IntExpr> sizes = known.get(value);
    if (sizes != null || !mayBeSizes(value)) {
      return sizes;
    }
    Tensor tensor = constants.of(value);
    return tensor == null ? null : constants(tensor);
  }

  private static boolean mayBeSizes(GraphExpr value) {
    if (!(value.type() instanceof TensorType type)
        || type.rank() > 1
        || !(type.dtype().isInt() || type.dtype().isBool())) {
      return false;
    }
    Long elements = SizeAlgebra.constant(type.shape().elements());
    return elements != null && elements <= LONGEST;
  }

  /** What is known at a point of the import. */
  record Snapshot(IdentityHashMap<GraphExpr, List<IntExpr>> known) {}

  Snapshot snapshot() {
    return new Snapshot(new IdentityHashMap<>(known));
  }

  void restore(Snapshot before) {
    known.clear();
    known.putAll(before.known());
  }

  void put(GraphExpr value, List<IntExpr> sizes) {
    known.put(value, List.copyOf(sizes));
  }

  private static List<IntExpr> constants(Tensor tensor) {
    List<IntExpr> sizes = new ArrayList<>();
    for (long i = 0; i < tensor.elements(); i++) {
      sizes.add(IntExpr.of(tensor.getLong(i)));
    }
    return sizes;
  }
}
