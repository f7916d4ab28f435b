package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The same elements in the same row-major order under another shape: flatten, squeeze, unsqueeze
 * and reshape alike. On its own it moves no data.
 *
 * @param shape the shape, of as many elements
 */
public record Reshape(Shape shape) implements Operator {
  @Override
  public String name() {
    return "reshape";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    IntExpr have = SizeAlgebra.simplify(x.shape().elements());
    IntExpr want = SizeAlgebra.simplify(shape.elements());
    boolean known = have instanceof IntExpr.Const && want instanceof IntExpr.Const;
    if (known && !have.equals(want)) {
      throw operands.failure(x + " has " + have + " elements, the shape " + shape + " " + want);
    }
    return x.withShape(shape);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> call.at(0, RowMajor.indices(call, axes.list(), shape, call.type(0).shape()))));
  }
}
