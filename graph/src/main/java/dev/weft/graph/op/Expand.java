package dev.weft.graph.op;

import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The operand broadcast to a shape. Whether a dimension is stretched may be known only at run time;
 * whoever makes the call sees to it that each is 1 or has the size that the shape says.
 *
 * @param shape the shape, to which the operand's must be broadcastable
 */
public record Expand(Shape shape) implements Operator {
  @Override
  public String name() {
    return "expand";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.BROADCAST;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    int offset = shape.rank() - x.rank();
    boolean fits = offset >= 0;
    for (int i = 0; fits && i < x.rank(); i++) {
      Long have = SizeAlgebra.constant(x.dim(i));
      Long want = SizeAlgebra.constant(shape.dim(offset + i));
      fits = have == null || want == null || have == 1 || have.equals(want);
    }
    if (!fits) {
      throw operands.failure(x + " can't be broadcast to " + shape);
    }
    return x.withShape(shape);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(Te.compute(name(), call.shape(), axes -> call.broadcastAt(0, axes.list())));
  }
}
