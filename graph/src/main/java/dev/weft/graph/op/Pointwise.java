package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An operator that works out each element of its output from one element of each operand, after the
 * operands are broadcast to one shape.
 */
public interface Pointwise extends Operator {
  /** How many operands it takes. */
  int arity();

  /**
   * The element type of the result.
   *
   * @throws dev.weft.graph.TypeException if the operator does not take such element types
   */
  DType resultDtype(List<TensorType> operands);

  /** One element of the result from one element of each operand. */
  Expr apply(List<Expr> elements);

  @Override
  default PatternKind kind() {
    return arity() == 1 ? PatternKind.ELEMENTWISE : PatternKind.BROADCAST;
  }

  @Override
  default GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, arity(), arity());
    DType dtype = resultDtype(operands.tensors());
    Shape shape = operands.tensor(0).shape();
    for (int i = 1; i < operands.count(); i++) {
      shape = operands.broadcast(shape, operands.tensor(i).shape());
    }
    return new TensorType(shape, dtype);
  }

  @Override
  default List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> elements = new ArrayList<>();
              for (int i = 0; i < call.count(); i++) {
                elements.add(call.broadcastAt(i, axes.list()));
              }
              return apply(elements);
            }));
  }
}
