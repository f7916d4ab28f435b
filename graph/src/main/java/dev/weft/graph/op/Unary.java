package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;
import java.util.Map;

/** A function of one number, element by element. */
public record Unary(UnaryFunction function) implements Pointwise {
  @Override
  public String name() {
    return function.text();
  }

  @Override
  public Map<String, Object> attributes() {
    return Map.of();
  }

  @Override
  public int arity() {
    return 1;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    DType dtype = operands.get(0).dtype();
    if (!function.accepts(dtype)) {
      throw new TypeException(
          "the operand must be " + function.accepted() + ", got " + dtype, name());
    }
    return function == UnaryFunction.IS_NAN ? DType.BOOL : dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    return function.of(elements.get(0));
  }
}
