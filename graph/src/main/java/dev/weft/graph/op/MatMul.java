package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrix product with NumPy's meaning: the last two dimensions are matrices, those before are
 * broadcast; a vector on the left is a row, on the right a column, and its unit dimension is
 * dropped from the result. Sums of float16 and bfloat16 are built up in float32.
 *
 * @param transposeA whether the left matrices are given transposed
 * @param transposeB whether the right matrices are given transposed
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Operator {
  /** A product of matrices as they are. */
  public MatMul() {
    this(false, false);
  }

  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType a = operands.tensorOfRank(0, 1);
    TensorType b = operands.tensorOfRank(1, 1);
    if (operands.commonDtype().isBool()) {
      throw operands.failure("does not take bool");
    }
    operands.sameSize(inner(a, transposeA, 1), inner(b, transposeB, 2), "the inner dimensions");
    List<IntExpr> dims = new ArrayList<>(operands.broadcast(batch(a), batch(b)).dims());
    if (a.rank() > 1) {
      dims.add(a.dim(a.rank() - (transposeA ? 1 : 2)));
    }
    if (b.rank() > 1) {
      dims.add(b.dim(b.rank() - (transposeB ? 2 : 1)));
    }
    return a.withShape(new Shape(dims));
  }

  /**
   * The dimension that is summed over; {@code fromEnd} is where it is in an untransposed matrix.
   */
  private static IntExpr inner(TensorType type, boolean transposed, int fromEnd) {
    if (type.rank() == 1) {
      return type.dim(0);
    }
    return type.dim(type.rank() - (transposed ? 3 - fromEnd : fromEnd));
  }

  private static Shape batch(TensorType type) {
    return new Shape(type.shape().dims().subList(0, Math.max(0, type.rank() - 2)));
  }
}
