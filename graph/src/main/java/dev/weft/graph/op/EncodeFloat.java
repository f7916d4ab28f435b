package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.NarrowFloat;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;

/**
 * float32 to a float of at most 8 bits, to the nearest, ties to even.
 *
 * @param dtype the new type
 * @param saturate whether what is too large becomes the largest number; else infinity or NaN
 * @param powers the rounding to a type that has only powers of two
 */
public record EncodeFloat(DType dtype, boolean saturate, Powers powers) implements Pointwise {
  /** Which power of two stands for a number that is none. */
  public enum Powers {
    /** The next smaller. */
    DOWN,
    /** The nearer; of two the larger. */
    NEAREST,
    /** The next larger. */
    UP
  }

  @Override
  public String name() {
    return "encode_float";
  }

  @Override
  public int arity() {
    return 1;
  }

  @Override
  public DType resultDtype(List<TensorType> operands) {
    if (!operands.get(0).dtype().equals(DType.FLOAT32) || !StoredForm.isNarrowFloat(dtype)) {
      throw new TypeException(
          "it makes float32 a float of 8 or 4 bits, got " + operands.get(0) + " and " + dtype,
          name());
    }
    return dtype;
  }

  @Override
  public Expr apply(List<Expr> elements) {
    return FloatBits.encode(NarrowFloat.of(dtype), elements.get(0), saturate, powers);
  }
}
