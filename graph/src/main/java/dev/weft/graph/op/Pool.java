package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Pooling over the spatial dimensions of {@code [n, c, d…]}.
 *
 * @param reduction what is taken of a window
 * @param kernel the window's size in each dimension
 * @param window how it moves
 * @param ceilMode whether a last window that is cut off counts
 * @param countIncludePad whether an average is over the padding (zeros) too
 */
public record Pool(
    Reduction reduction,
    List<Long> kernel,
    Window window,
    boolean ceilMode,
    boolean countIncludePad)
    implements Operator {
  /** What is taken of a window. */
  public enum Reduction {
    MAX,
    AVERAGE
  }

  /** Checks the lengths. */
  public Pool {
    kernel = List.copyOf(kernel);
    if (kernel.size() != window.rank() || kernel.stream().anyMatch(k -> k < 1)) {
      throw new IllegalArgumentException(
          "Pool.kernel must have " + window.rank() + " positive sizes, got " + kernel);
    }
  }

  @Override
  public String name() {
    return (reduction == Reduction.MAX ? "max_pool" : "avg_pool") + window.rank() + "d";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    if (x.rank() != window.rank() + 2) {
      throw operands.failure("a window of " + window.rank() + " dimensions doesn't fit " + x);
    }
    if (x.dtype().isBool() || (reduction == Reduction.AVERAGE && !x.dtype().isFloat())) {
      throw operands.failure("does not take elements of type " + x.dtype());
    }
    List<IntExpr> dims = new ArrayList<>(x.shape().dims().subList(0, 2));
    for (int i = 0; i < window.rank(); i++) {
      dims.add(
          operands.positive(
              window.windows(i, x.dim(i + 2), IntExpr.of(kernel.get(i)), ceilMode),
              "the window is larger than the padded input in spatial dimension " + i));
    }
    return x.withShape(new Shape(dims));
  }
}
