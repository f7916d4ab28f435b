package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.BinaryOp;

/** Integer arithmetic with wrap-around; unsigned 64-bit values are carried as their bits. */
final class IntMath {
  private IntMath() {}

  static boolean isUnsigned(DType dtype) {
    return dtype.code() == DType.Code.UINT;
  }

  static long apply(BinaryOp op, DType dtype, long a, long b) {
    boolean unsigned = isUnsigned(dtype);
    int order = unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    return switch (op) {
      case ADD -> wrap(dtype, a + b);
      case SUB -> wrap(dtype, a - b);
      case MUL -> wrap(dtype, a * b);
      case DIV -> wrap(dtype, unsigned ? Long.divideUnsigned(a, b) : a / b);
      case MOD -> wrap(dtype, unsigned ? Long.remainderUnsigned(a, b) : a % b);
      case FLOOR_DIV -> wrap(dtype, unsigned ? Long.divideUnsigned(a, b) : Math.floorDiv(a, b));
      case FLOOR_MOD -> wrap(dtype, unsigned ? Long.remainderUnsigned(a, b) : Math.floorMod(a, b));
      case MIN -> order <= 0 ? a : b;
      case MAX -> order >= 0 ? a : b;
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case LT -> order < 0 ? 1 : 0;
      case LE -> order <= 0 ? 1 : 0;
      case GT -> order > 0 ? 1 : 0;
      case GE -> order >= 0 ? 1 : 0;
      case AND -> a & b;
      case OR -> a | b;
    };
  }

  static long wrap(DType dtype, long value) {
    return Scalars.wrap(dtype, value);
  }

  /** Left shift; bits shifted by the width or more are gone. */
  static long shiftLeft(DType dtype, long a, long by) {
    return by < 0 || by >= dtype.bits() ? 0 : wrap(dtype, a << by);
  }

  /** Right shift, filling with the sign for signed types. */
  static long shiftRight(DType dtype, long a, long by) {
    boolean beyond = by < 0 || by >= dtype.bits();
    if (isUnsigned(dtype)) {
      return beyond ? 0 : a >>> by;
    }
    return a >> (beyond ? 63 : by);
  }

  /** A float as an integer: truncated towards zero, saturated at the type's ends, NaN as 0. */
  static long fromDouble(DType dtype, double value) {
    if (dtype.isBool()) {
      return value != 0 ? 1 : 0;
    }
    if (isUnsigned(dtype)) {
      if (!(value > 0)) {
        return 0;
      }
      double limit = Math.scalb(1.0, dtype.bits());
      if (value >= limit) {
        return wrap(dtype, -1);
      }
      return value < 0x1p63 ? (long) value : (long) (value - 0x1p63) ^ Long.MIN_VALUE;
    }
    long max = dtype.bits() == 64 ? Long.MAX_VALUE : (1L << (dtype.bits() - 1)) - 1;
    return Math.max(-max - 1, Math.min(max, (long) value));
  }

  /** An integer as a double, rounded once. */
  static double toDouble(DType dtype, long value) {
    if (isUnsigned(dtype) && value < 0) {
      return ((value >>> 1) | (value & 1)) * 2.0;
    }
    return value;
  }
}
