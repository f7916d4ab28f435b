package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements or slices of the first operand whose leading indices are the rows (along the last
 * dimension) of the second.
 *
 * @param batch how many leading dimensions both have in common
 */
public record GatherNd(int batch) implements Operator {
  @Override
  public String name() {
    return "gather_nd";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType data = operands.tensorOfRank(0, 1);
    TensorType indices = operands.tensorOfRank(1, 1);
    int width = width(indices);
    if (!indices.dtype().isInt()
        || batch < 0
        || batch >= indices.rank()
        || width > data.rank() - batch) {
      throw operands.failure(
          "indices " + indices + " don't fit " + data + " with " + batch + " batch dimensions");
    }
    for (int i = 0; i < batch; i++) {
      operands.sameSize(data.dim(i), indices.dim(i), "the sizes of batch dimension " + i);
    }
    List<IntExpr> dims = new ArrayList<>(indices.shape().dims().subList(0, indices.rank() - 1));
    dims.addAll(data.shape().dims().subList(batch + width, data.rank()));
    return data.withShape(new Shape(dims));
  }

  /** How many indices a row has. */
  static int width(TensorType indices) {
    Long width = SizeAlgebra.constant(indices.dim(indices.rank() - 1));
    if (width == null) {
      throw new IllegalArgumentException("the indices' last dimension must be known: " + indices);
    }
    return Math.toIntExact(width);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    int rows = call.type(1).rank() - 1;
    int width = width(call.type(1));
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> at = new ArrayList<>(axes.list(0, batch));
              for (int i = 0; i < width; i++) {
                List<Expr> row = new ArrayList<>(axes.list(0, rows));
                row.add(call.index(i));
                at.add(Indices.clamped(call, call.at(1, row), call.dim(0, batch + i)));
              }
              at.addAll(axes.list(rows, axes.size()));
              return call.at(0, at);
            }));
  }
}
