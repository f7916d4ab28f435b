package dev.weft.tir.arith;

import dev.weft.base.DType;

/**
 * The constants between which a value lies, both included. {@link #NEG_INF} and {@link #POS_INF}
 * stand for no bound; all arithmetic saturates at them.
 *
 * @param min the least value
 * @param max the greatest value, at least min
 */
public record ConstBounds(long min, long max) {
  /** No lower bound. */
  public static final long NEG_INF = Long.MIN_VALUE;

  /** No upper bound. */
  public static final long POS_INF = Long.MAX_VALUE;

  /** Any value. */
  public static final ConstBounds EVERYTHING = new ConstBounds(NEG_INF, POS_INF);

  /** False or true. */
  public static final ConstBounds TRUTH = new ConstBounds(0, 1);

  /** One value. */
  public static ConstBounds point(long value) {
    return new ConstBounds(value, value);
  }

  /** The values of an integer or bool type; everything for other types and for 64 bits. */
  public static ConstBounds of(DType dtype) {
    return switch (dtype.code()) {
      case BOOL -> TRUTH;
      case INT ->
          dtype.bits() == 64
              ? EVERYTHING
              : new ConstBounds(-(1L << (dtype.bits() - 1)), (1L << (dtype.bits() - 1)) - 1);
      case UINT -> new ConstBounds(0, dtype.bits() >= 63 ? POS_INF : (1L << dtype.bits()) - 1);
      case FLOAT,
          BFLOAT,
          FLOAT8_E4M3,
          FLOAT8_E5M2,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          EVERYTHING;
    };
  }

  /** Whether there is one value only. */
  public boolean isPoint() {
    return min == max;
  }

  /** Whether both ends are known. */
  public boolean isFinite() {
    return min != NEG_INF && max != POS_INF;
  }

  /** Whether all of this lies within {@code other}. */
  public boolean within(ConstBounds other) {
    return min >= other.min && max <= other.max;
  }

  /** Bounds of {@code x + y}. */
  public ConstBounds plus(ConstBounds y) {
    return new ConstBounds(
        min == NEG_INF || y.min == NEG_INF ? NEG_INF : saturatingAdd(min, y.min),
        max == POS_INF || y.max == POS_INF ? POS_INF : saturatingAdd(max, y.max));
  }

  /** Bounds of {@code -x}. */
  public ConstBounds negated() {
    return new ConstBounds(saturatingNegate(max), saturatingNegate(min));
  }

  /** Bounds of {@code x * y}. */
  public ConstBounds times(ConstBounds y) {
    long a = saturatingMultiply(min, y.min);
    long b = saturatingMultiply(min, y.max);
    long c = saturatingMultiply(max, y.min);
    long d = saturatingMultiply(max, y.max);
    return new ConstBounds(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  /** Bounds of {@code floor(x / y)}; a divisor of 0 is left out, as it has no value. */
  public ConstBounds floorDiv(ConstBounds y) {
    if (y.min <= 0 && y.max >= 0) {
      if (y.min == 0 && y.max > 0) {
        return floorDiv(new ConstBounds(1, y.max));
      }
      long largest = Math.max(saturatingNegate(min), max);
      return new ConstBounds(saturatingNegate(largest), largest);
    }
    long a = divide(min, y.min);
    long b = divide(min, y.max);
    long c = divide(max, y.min);
    long d = divide(max, y.max);
    return new ConstBounds(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  /** Bounds of {@code x - floor(x / y) * y}. */
  public ConstBounds floorMod(ConstBounds y) {
    if (y.min > 0) {
      if (y.isPoint() && isFinite()) {
        long q = Math.floorDiv(min, y.min);
        if (q == Math.floorDiv(max, y.min)) {
          return new ConstBounds(Math.floorMod(min, y.min), Math.floorMod(max, y.min));
        }
      }
      long largest = y.max == POS_INF ? POS_INF : y.max - 1;
      if (min >= 0) {
        largest = Math.min(largest, max);
        return max < y.min ? this : new ConstBounds(0, largest);
      }
      return new ConstBounds(0, largest);
    }
    long positive = y.max > 0 ? (y.max == POS_INF ? POS_INF : y.max - 1) : 0;
    long negative = y.min < 0 ? (y.min == NEG_INF ? NEG_INF : y.min + 1) : 0;
    return new ConstBounds(negative, positive);
  }

  /** Bounds of the smaller of x and y. */
  public ConstBounds minWith(ConstBounds y) {
    return new ConstBounds(Math.min(min, y.min), Math.min(max, y.max));
  }

  /** Bounds of the larger of x and y. */
  public ConstBounds maxWith(ConstBounds y) {
    return new ConstBounds(Math.max(min, y.min), Math.max(max, y.max));
  }

  /** The least bounds around both. */
  public ConstBounds union(ConstBounds y) {
    return new ConstBounds(Math.min(min, y.min), Math.max(max, y.max));
  }

  /** What both allow; this where they contradict each other (then the code is not reached). */
  public ConstBounds intersect(ConstBounds y) {
    long low = Math.max(min, y.min);
    long high = Math.min(max, y.max);
    return low <= high ? new ConstBounds(low, high) : this;
  }

  private static long divide(long a, long b) {
    if (a == NEG_INF || a == POS_INF) {
      return (a > 0) == (b > 0) ? POS_INF : NEG_INF;
    }
    if (b == POS_INF || b == NEG_INF) {
      return a == 0 || (a > 0) == (b > 0) ? 0 : -1;
    }
    return Math.floorDiv(a, b);
  }

  private static long saturatingNegate(long a) {
    return a == NEG_INF ? POS_INF : a == POS_INF ? NEG_INF : -a;
  }

  private static long saturatingAdd(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      return a > 0 ? POS_INF : NEG_INF;
    }
    return sum;
  }

  private static long saturatingMultiply(long a, long b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    boolean negative = (a < 0) != (b < 0);
    if (a == NEG_INF || a == POS_INF || b == NEG_INF || b == POS_INF) {
      return negative ? NEG_INF : POS_INF;
    }
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
      return low;
    }
    return negative ? NEG_INF : POS_INF;
  }
}
