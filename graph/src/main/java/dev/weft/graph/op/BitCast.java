package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.List;

/**
 * The same bits as another type of the same width.
 *
 * @param dtype the new type
 */
public record BitCast(DType dtype) implements Pointwise {
  @Override
  public String name() {
    return "bit_cast";
  }

  @Override
  public int arity() {
    return 1;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    DType from = operands.get(0).dtype();
    if (storedBits(from) != storedBits(dtype)) {
      throw new TypeException("the bits of " + from + " don't make a " + dtype, name());
    }
    return dtype;
  }

  /** Truth values take a byte each. */
  private static int storedBits(DType dtype) {
    return dtype.isBool() ? 8 : dtype.bits();
  }

  @Override
  public Expr apply(List<Expr> elements) {
    Expr x = elements.get(0);
    if (dtype.isBool() && x.dtype().isInt()) {
      return Expr.ne(x, Expr.imm(x.dtype(), 0L));
    }
    if (x.dtype().isBool() && dtype.isInt()) {
      return Expr.cast(dtype, x);
    }
    return x.dtype().equals(dtype) ? x : Expr.Call.of(dtype, Intrinsic.REINTERPRET, x);
  }
}
