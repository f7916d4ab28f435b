package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The position of each element along one axis: 0, 1, … . What masks, windows and one-hot encodings
 * are made of.
 *
 * @param shape of the result
 * @param axis the axis that is counted along, from 0
 * @param dtype of the result
 */
public record Iota(Shape shape, int axis, DType dtype) implements Operator {
  @Override
  public String name() {
    return "iota";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands.of(this, args, 0, 0).axis(axis, shape.rank());
    return new TensorType(shape, dtype);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(Te.compute(name(), call.shape(), axes -> Expr.cast(dtype, axes.get(axis))));
  }
}
