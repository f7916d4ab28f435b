package dev.weft.graph.op;

import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.TensorType;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The operand broadcast to a shape.
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
    if (!GraphTypes.equal(operands.broadcast(x.shape(), shape), shape)) {
      throw operands.failure(x + " can't be broadcast to " + shape);
    }
    return x.withShape(shape);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(Te.compute(name(), call.shape(), axes -> call.broadcastAt(0, axes.list())));
  }
}
