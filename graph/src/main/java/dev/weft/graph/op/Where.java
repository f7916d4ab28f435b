package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;

/** Of two values, the first where a condition (the first operand, bool) holds. */
public record Where() implements Pointwise {
  @Override
  public String name() {
    return "where";
  }

  @Override
  public int arity() {
    return 3;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    DType dtype = operands.get(1).dtype();
    if (!operands.get(0).dtype().isBool() || !dtype.equals(operands.get(2).dtype())) {
      throw new TypeException(
          "takes a bool and two values of one element type, got " + operands, name());
    }
    return dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    return new Expr.Select(elements.get(0), elements.get(1), elements.get(2));
  }
}
