package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.NarrowFloat;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Conversion to another element type; floats to integers truncate, numbers to bool compare to 0,
 * floats of at most 8 bits saturate ({@link EncodeFloat} has other ways).
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
    if (StoredForm.isNarrowFloat(dtype)) {
      Expr wide = Expr.cast(DType.FLOAT32, x);
      return FloatBits.encode(NarrowFloat.of(dtype), wide, true, EncodeFloat.Powers.NEAREST);
    }
    if (StoredForm.isStorageOnly(dtype)) {
      return lowBits(x);
    }
    return dtype.isBool() && !x.dtype().isBool()
        ? Expr.ne(x, Expr.imm(x.dtype(), 0))
        : Expr.cast(dtype, x);
  }

  /** An integer of fewer than 8 bits in a byte: wrapped around like wider ones. */
  private Expr lowBits(Expr x) {
    Expr wide = Expr.cast(DType.INT32, x);
    DType stored = dtype.stored();
    Expr low = Maths.call(Intrinsic.BITWISE_AND, wide, Expr.int32((1L << dtype.bits()) - 1));
    if (dtype.code() == DType.Code.UINT) {
      return Expr.cast(stored, low);
    }
    long sign = 1L << (dtype.bits() - 1);
    Expr flipped = Maths.call(Intrinsic.BITWISE_XOR, low, Expr.int32(sign));
    return Expr.cast(stored, Expr.sub(flipped, sign));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType from = call.type(0).dtype();
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              Expr x = call.at(0, axes.list());
              Expr value =
                  StoredForm.isNarrowFloat(from) ? FloatBits.decode(NarrowFloat.of(from), x) : x;
              return apply(List.of(value));
            }));
  }
}
