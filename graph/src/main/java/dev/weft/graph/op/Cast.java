package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import java.util.List;

/**
 * Conversion to another element type; floats to integers truncate, numbers to bool compare to 0.
 */
public record Cast(DType dtype) implements Pointwise {
  @Override
  public String name() {
    return "cast";
  }

  @Override
  public int arity() {
    return 1;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    return dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    Expr x = elements.get(0);
    return dtype.isBool() && !x.dtype().isBool()
        ? Expr.ne(x, Expr.imm(x.dtype(), 0))
        : Expr.cast(dtype, x);
  }
}
