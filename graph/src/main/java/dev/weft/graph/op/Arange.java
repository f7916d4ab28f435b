package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Evenly spaced numbers: element i is {@code start + i * step}, in the operands' type.
 *
 * @param length the number of elements; see {@link ArangeLength}
 */
public record Arange(IntExpr length) implements Operator {
  @Override
  public String name() {
    return "arange";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    operands.commonDtype();
    for (TensorType operand : operands.tensors()) {
      if (operand.rank() != 0) {
        throw operands.failure("start and step must have no dimension, got " + operand);
      }
    }
    return operands.tensor(0).withShape(new Shape(List.of(length)));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              Expr start = call.at(0, List.of());
              Expr position = Expr.cast(start.dtype(), axes.get(0));
              return Expr.add(start, Expr.mul(position, call.at(1, List.of())));
            }));
  }
}
