package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;

/** {@code min(max(x, low), high)} of three operands; the bounds are usually scalars. */
public record Clip() implements Pointwise {
  @Override
  public String name() {
    return "clip";
  }

  @Override
  public int arity() {
    return 3;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    DType dtype = operands.get(0).dtype();
    for (TensorType operand : operands) {
      if (!operand.dtype().equals(dtype) || dtype.isBool()) {
        throw new TypeException("takes three numbers of one element type, got " + operands, name());
      }
    }
    return dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    return Expr.min(Expr.max(elements.get(0), elements.get(1)), elements.get(2));
  }
}
