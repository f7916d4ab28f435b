package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.Expr;

/** The ends of a type's range, as constants. */
final class Limits {
  private Limits() {}

  /** The smallest value; minus infinity where the type has it. */
  static Expr lowest(DType dtype) {
    return switch (dtype.code()) {
      case INT -> Expr.imm(dtype, -1L << (dtype.bits() - 1));
      case UINT, BOOL -> Expr.imm(dtype, 0);
      case FLOAT, BFLOAT, FLOAT8_E5M2 -> Expr.imm(dtype, Double.NEGATIVE_INFINITY);
      case FLOAT8_E4M3 -> Expr.imm(dtype, -448.0);
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          throw new IllegalArgumentException(dtype + " has no smallest value");
    };
  }

  /** The largest value; infinity where the type has it. */
  static Expr highest(DType dtype) {
    return switch (dtype.code()) {
      case INT -> Expr.imm(dtype, ~(-1L << (dtype.bits() - 1)));
      case UINT, BOOL -> Expr.imm(dtype, -1L);
      case FLOAT, BFLOAT, FLOAT8_E5M2 -> Expr.imm(dtype, Double.POSITIVE_INFINITY);
      case FLOAT8_E4M3 -> Expr.imm(dtype, 448.0);
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          throw new IllegalArgumentException(dtype + " has no largest value");
    };
  }
}
