package dev.weft.tir;

import dev.weft.base.DType;

/**
 * The half-open interval {@code [min, min + extent)}.
 *
 * @param min first value
 * @param extent number of values
 */
public record Range(Expr min, Expr extent) {
  /** {@code [0, extent)} of int32. */
  public static Range of(long extent) {
    return new Range(Expr.int32(0), Expr.int32(extent));
  }

  /** {@code [0, extent)} in the extent's own type. */
  public static Range upTo(Expr extent) {
    return new Range(Expr.imm(extent.dtype(), 0), extent);
  }

  /** {@code [point, point + 1)}. */
  public static Range point(Expr point) {
    DType dtype = point.dtype().isInt() ? point.dtype().scalar() : DType.INT32;
    return new Range(point, Expr.imm(dtype, 1));
  }

  /** Whether the extent is the constant 1. */
  public boolean isPoint() {
    return extent instanceof Expr.IntImm imm && imm.value() == 1;
  }
}
