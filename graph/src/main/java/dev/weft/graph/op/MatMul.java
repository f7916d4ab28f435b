package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
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

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType a = call.type(0);
    TensorType b = call.type(1);
    DType wide = Maths.accumulator(a.dtype());
    ReduceAxis k = Te.reduceAxis(call.expr(inner(a, transposeA, 1)), "k");
    int rows = a.rank() > 1 ? 1 : 0;
    int columns = b.rank() > 1 ? 1 : 0;
    Tensor sum =
        Te.reduce(
            name(),
            call.shape(),
            axes -> {
              int batch = axes.size() - rows - columns;
              List<Expr> left = batchIndices(call, 0, axes.list(0, batch));
              List<Expr> right = batchIndices(call, 1, axes.list(0, batch));
              if (rows == 1) {
                left.add(transposeA ? k.var() : axes.get(batch));
              }
              left.add(rows == 1 && transposeA ? axes.get(batch) : k.var());
              Expr column = columns == 1 ? axes.get(batch + rows) : k.var();
              if (columns == 1) {
                right.add(transposeB ? column : k.var());
              }
              right.add(columns == 1 && transposeB ? k.var() : column);
              return Te.sum(
                  Expr.mul(Expr.cast(wide, call.at(0, left)), Expr.cast(wide, call.at(1, right))),
                  k);
            });
    return List.of(Maths.narrowed(sum, a.dtype(), name()));
  }

  private static List<Expr> batchIndices(Lowering call, int operand, List<Expr> indices) {
    TensorType type = call.type(operand);
    int own = Math.max(0, type.rank() - 2);
    List<Expr> result = new ArrayList<>();
    for (int i = 0; i < own; i++) {
      Expr index = indices.get(indices.size() - own + i);
      result.add(Operands.isOne(type.dim(i)) ? call.index(0) : index);
    }
    return result;
  }
}
