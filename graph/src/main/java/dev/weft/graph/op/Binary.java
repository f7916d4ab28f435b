package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;
import java.util.Map;

/** A function of two numbers, element by element, with broadcasting. */
public record Binary(BinaryFunction function) implements Pointwise {
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
    return 2;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    DType dtype = operands.get(0).dtype();
    if (!dtype.equals(operands.get(1).dtype())) {
      throw new TypeException(
          "the operands must have one element type, got "
              + operands.get(0)
              + " and "
              + operands.get(1),
          name());
    }
    if (!function.accepts(dtype)) {
      throw new TypeException(
          "the operands must be " + function.accepted() + ", got " + dtype, name());
    }
    return function.compares() ? DType.BOOL : dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    return function.of(elements.get(0), elements.get(1));
  }
}
