package dev.weft.runtime.jvm;

import dev.weft.base.Bfloat16;
import dev.weft.base.DType;
import dev.weft.base.ErrorFunction;
import dev.weft.base.Float8;
import dev.weft.base.Scalars;
import dev.weft.runtime.LaunchException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * What generated kernels call where the JVM has no instruction for it. Floating-point functions are
 * computed as doubles; the kernel rounds the result. What each computes is said in {@code
 * docs/NUMERICS.md}.
 */
public final class KernelMath {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private KernelMath() {}

  // Functions of floats.

  public static double exp(double x) {
    return Math.exp(x);
  }

  public static double exp2(double x) {
    return Math.pow(2, x);
  }

  public static double exp10(double x) {
    return Math.pow(10, x);
  }

  public static double log(double x) {
    return Math.log(x);
  }

  public static double log10(double x) {
    return Math.log10(x);
  }

  public static double log1p(double x) {
    return Math.log1p(x);
  }

  public static double sqrt(double x) {
    return Math.sqrt(x);
  }

  public static double rsqrt(double x) {
    return 1 / Math.sqrt(x);
  }

  public static double sin(double x) {
    return Math.sin(x);
  }

  public static double cos(double x) {
    return Math.cos(x);
  }

  public static double tan(double x) {
    return Math.tan(x);
  }

  public static double asin(double x) {
    return Math.asin(x);
  }

  public static double acos(double x) {
    return Math.acos(x);
  }

  public static double atan(double x) {
    return Math.atan(x);
  }

  public static double sinh(double x) {
    return Math.sinh(x);
  }

  public static double cosh(double x) {
    return Math.cosh(x);
  }

  public static double tanh(double x) {
    return Math.tanh(x);
  }

  public static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  public static double erf(double x) {
    return ErrorFunction.erf(x);
  }

  public static double floor(double x) {
    return Math.floor(x);
  }

  public static double ceil(double x) {
    return Math.ceil(x);
  }

  public static double trunc(double x) {
    return Math.copySign(Math.floor(Math.abs(x)), x);
  }

  public static double nearbyint(double x) {
    return Math.rint(x);
  }

  public static double abs(double x) {
    return Math.abs(x);
  }

  public static double log2(double x) {
    int exponent = Math.getExponent(x);
    boolean finite = exponent >= Double.MIN_EXPONENT && exponent <= Double.MAX_EXPONENT;
    boolean powerOfTwo = x > 0 && finite && x == Math.scalb(1.0, exponent);
    return powerOfTwo ? exponent : Math.log(x) / Math.log(2);
  }

  public static double asinh(double x) {
    double a = Math.abs(x);
    double positive =
        a > 1e150 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
    return Math.copySign(positive, x);
  }

  public static double acosh(double x) {
    return Math.log(x + Math.sqrt(x - 1) * Math.sqrt(x + 1));
  }

  public static double atanh(double x) {
    return 0.5 * (Math.log1p(x) - Math.log1p(-x));
  }

  /** Half away from zero. */
  public static double round(double x) {
    double floor = Math.floor(Math.abs(x));
    return Math.copySign(Math.abs(x) - floor >= 0.5 ? floor + 1 : floor, x);
  }

  /** C's pow: 1 to any power is 1, NaN included. */
  public static double pow(double base, double exponent) {
    boolean one = base == 1 || (base == -1 && Double.isInfinite(exponent));
    return one ? 1 : Math.pow(base, exponent);
  }

  public static double atan2(double y, double x) {
    return Math.atan2(y, x);
  }

  public static double hypot(double x, double y) {
    return Math.hypot(x, y);
  }

  public static double copysign(double magnitude, double sign) {
    // A NaN's sign counts too, unlike for Math.copySign.
    return StrictMath.copySign(magnitude, Double.isNaN(sign) ? 1.0 : sign);
  }

  public static double fmod(double x, double y) {
    return x % y;
  }

  public static float floorDiv(float a, float b) {
    return (float) Math.floor((double) a / b);
  }

  public static double floorDiv(double a, double b) {
    return Math.floor(a / b);
  }

  public static float floorMod(float a, float b) {
    return (float) floorMod((double) a, (double) b);
  }

  public static double floorMod(double a, double b) {
    double rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }

  public static int isNan(double x) {
    return Double.isNaN(x) ? 1 : 0;
  }

  public static int isInfinite(double x) {
    return Double.isInfinite(x) ? 1 : 0;
  }

  public static int isFinite(double x) {
    return Double.isFinite(x) ? 1 : 0;
  }

  // Integers.

  public static int minUnsigned(int a, int b) {
    return Integer.compareUnsigned(a, b) <= 0 ? a : b;
  }

  public static int maxUnsigned(int a, int b) {
    return Integer.compareUnsigned(a, b) >= 0 ? a : b;
  }

  public static long minUnsigned(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  public static long maxUnsigned(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  public static int power(int base, int exponent) {
    return (int) power((long) base, (long) exponent);
  }

  /** Wraps around; a negative exponent gives what truncation leaves of the fraction. */
  public static long power(long base, long exponent) {
    if (exponent < 0) {
      return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
    }
    return powerUnsigned(base, exponent);
  }

  public static int powerUnsigned(int base, int exponent) {
    return (int) powerUnsigned((long) base, Integer.toUnsignedLong(exponent));
  }

  /** Wraps around; the exponent has no sign. */
  public static long powerUnsigned(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long e = exponent; e != 0; e >>>= 1) {
      if ((e & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  public static int shiftLeft(int a, long by, int bits) {
    return by < 0 || by >= bits ? 0 : a << (int) by;
  }

  public static long shiftLeft(long a, long by, int bits) {
    return by < 0 || by >= bits ? 0 : a << (int) by;
  }

  public static int shiftRight(int a, long by, int bits) {
    return a >> (by < 0 || by >= bits ? 31 : (int) by);
  }

  public static long shiftRight(long a, long by, int bits) {
    return a >> (by < 0 || by >= bits ? 63 : (int) by);
  }

  public static int shiftRightUnsigned(int a, long by, int bits) {
    return by < 0 || by >= bits ? 0 : a >>> (int) by;
  }

  public static long shiftRightUnsigned(long a, long by, int bits) {
    return by < 0 || by >= bits ? 0 : a >>> (int) by;
  }

  /** The ones among the lowest {@code width} bits. */
  public static int popcount(long value, int width) {
    return Long.bitCount(width == 64 ? value : value & ((1L << width) - 1));
  }

  /** The zeros above the highest one of the lowest {@code width} bits. */
  public static int clz(long value, int width) {
    long low = width == 64 ? value : value & ((1L << width) - 1);
    return Long.numberOfLeadingZeros(low) - (64 - width);
  }

  /** Fixed-point multiplication, rounded half up: {@code x · y · 2^(s − q)}. */
  public static long multiplyShift(long x, long y, long q, long s) {
    long value = s > 0 ? x << s : x;
    long right = q + (s > 0 ? 0 : -s);
    return (value * y + (1L << (right - 1))) >> right;
  }

  /** The dot product of four packed bytes, added to {@code c}. */
  public static int dp4a(int a, int b, int c, int unsignedA, int unsignedB) {
    int sum = c;
    for (int shift = 0; shift < 32; shift += 8) {
      int x = (byte) (a >> shift);
      int y = (byte) (b >> shift);
      sum += (unsignedA != 0 ? x & 0xFF : x) * (unsignedB != 0 ? y & 0xFF : y);
    }
    return sum;
  }

  // Conversions: out of range becomes the nearest end, NaN becomes 0.

  public static int isNonZero(int x) {
    return x != 0 ? 1 : 0;
  }

  public static int isNonZero(long x) {
    return x != 0 ? 1 : 0;
  }

  public static int isNonZero(float x) {
    return x != 0 ? 1 : 0;
  }

  public static int isNonZero(double x) {
    return x != 0 ? 1 : 0;
  }

  public static int toInt8(double x) {
    return Math.clamp((int) x, Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  public static int toInt16(double x) {
    return Math.clamp((int) x, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  public static int toUint8(double x) {
    return Math.clamp((int) x, 0, 0xFF);
  }

  public static int toUint16(double x) {
    return Math.clamp((int) x, 0, 0xFFFF);
  }

  public static int toUint32(double x) {
    return (int) Math.clamp((long) x, 0L, 0xFFFFFFFFL);
  }

  public static long toUint64(double x) {
    if (!(x > 0)) {
      return 0;
    }
    if (x >= 0x1p64) {
      return -1L;
    }
    return x < 0x1p63 ? (long) x : (long) (x - 0x1p63) ^ Long.MIN_VALUE;
  }

  public static double unsignedToDouble(long x) {
    // Halved, with the lost bit kept, so that it rounds once.
    return x >= 0 ? (double) x : (double) ((x >>> 1) | (x & 1)) * 2.0;
  }

  public static float unsignedToFloat(long x) {
    return x >= 0 ? (float) x : (float) ((x >>> 1) | (x & 1)) * 2.0f;
  }

  // Floats narrower than float32.

  public static float fromFloat16(short bits) {
    return Float.float16ToFloat(bits);
  }

  public static short bitsFloat16(float value) {
    return Float.floatToFloat16(value);
  }

  public static float roundFloat16(float value) {
    return Float.float16ToFloat(Float.floatToFloat16(value));
  }

  public static float roundFloat16(double value) {
    return (float) Scalars.round(DType.FLOAT16, value);
  }

  public static float fromBfloat16(short bits) {
    return Bfloat16.toFloat(bits);
  }

  public static short bitsBfloat16(float value) {
    return Bfloat16.fromFloat(value);
  }

  public static float roundBfloat16(float value) {
    return Bfloat16.toFloat(Bfloat16.fromFloat(value));
  }

  public static float roundBfloat16(double value) {
    return (float) Scalars.round(DType.BFLOAT16, value);
  }

  public static float fromFloat8E4m3(byte bits) {
    return Float8.e4m3ToFloat(bits);
  }

  public static byte bitsFloat8E4m3(float value) {
    return Float8.floatToE4m3(value);
  }

  public static float roundFloat8E4m3(float value) {
    return Float8.e4m3ToFloat(Float8.floatToE4m3(value));
  }

  public static float roundFloat8E4m3(double value) {
    return (float) Scalars.round(DType.FLOAT8_E4M3, value);
  }

  public static float fromFloat8E5m2(byte bits) {
    return Float8.e5m2ToFloat(bits);
  }

  public static byte bitsFloat8E5m2(float value) {
    return Float8.floatToE5m2(value);
  }

  public static float roundFloat8E5m2(float value) {
    return Float8.e5m2ToFloat(Float8.floatToE5m2(value));
  }

  public static float roundFloat8E5m2(double value) {
    return (float) Scalars.round(DType.FLOAT8_E5M2, value);
  }

  // Atomic operations on global memory; each gives the old value.

  public static int atomicAdd(MemorySegment memory, long offset, int value) {
    return (int) INT.getAndAdd(memory, offset, value);
  }

  public static int atomicMin(MemorySegment memory, long offset, int value) {
    int old = (int) INT.getVolatile(memory, offset);
    while (Math.min(old, value) != old && !INT.compareAndSet(memory, offset, old, value)) {
      old = (int) INT.getVolatile(memory, offset);
    }
    return old;
  }

  public static int atomicMax(MemorySegment memory, long offset, int value) {
    int old = (int) INT.getVolatile(memory, offset);
    while (Math.max(old, value) != old && !INT.compareAndSet(memory, offset, old, value)) {
      old = (int) INT.getVolatile(memory, offset);
    }
    return old;
  }

  public static long atomicAdd(MemorySegment memory, long offset, long value) {
    return (long) LONG.getAndAdd(memory, offset, value);
  }

  public static long atomicMin(MemorySegment memory, long offset, long value) {
    long old = (long) LONG.getVolatile(memory, offset);
    while (Math.min(old, value) != old && !LONG.compareAndSet(memory, offset, old, value)) {
      old = (long) LONG.getVolatile(memory, offset);
    }
    return old;
  }

  public static long atomicMax(MemorySegment memory, long offset, long value) {
    long old = (long) LONG.getVolatile(memory, offset);
    while (Math.max(old, value) != old && !LONG.compareAndSet(memory, offset, old, value)) {
      old = (long) LONG.getVolatile(memory, offset);
    }
    return old;
  }

  public static float atomicAdd(MemorySegment memory, long offset, float value) {
    while (true) {
      int bits = (int) INT.getVolatile(memory, offset);
      float old = Float.intBitsToFloat(bits);
      if (INT.compareAndSet(memory, offset, bits, Float.floatToRawIntBits(old + value))) {
        return old;
      }
    }
  }

  public static float atomicMin(MemorySegment memory, long offset, float value) {
    while (true) {
      int bits = (int) INT.getVolatile(memory, offset);
      float old = Float.intBitsToFloat(bits);
      if (INT.compareAndSet(memory, offset, bits, Float.floatToRawIntBits(Math.min(old, value)))) {
        return old;
      }
    }
  }

  public static float atomicMax(MemorySegment memory, long offset, float value) {
    while (true) {
      int bits = (int) INT.getVolatile(memory, offset);
      float old = Float.intBitsToFloat(bits);
      if (INT.compareAndSet(memory, offset, bits, Float.floatToRawIntBits(Math.max(old, value)))) {
        return old;
      }
    }
  }

  public static double atomicAdd(MemorySegment memory, long offset, double value) {
    while (true) {
      long bits = (long) LONG.getVolatile(memory, offset);
      double old = Double.longBitsToDouble(bits);
      if (LONG.compareAndSet(memory, offset, bits, Double.doubleToRawLongBits(old + value))) {
        return old;
      }
    }
  }

  public static double atomicMin(MemorySegment memory, long offset, double value) {
    while (true) {
      long bits = (long) LONG.getVolatile(memory, offset);
      double old = Double.longBitsToDouble(bits);
      if (LONG.compareAndSet(
          memory, offset, bits, Double.doubleToRawLongBits(Math.min(old, value)))) {
        return old;
      }
    }
  }

  public static double atomicMax(MemorySegment memory, long offset, double value) {
    while (true) {
      long bits = (long) LONG.getVolatile(memory, offset);
      double old = Double.longBitsToDouble(bits);
      if (LONG.compareAndSet(
          memory, offset, bits, Double.doubleToRawLongBits(Math.max(old, value)))) {
        return old;
      }
    }
  }

  /**
   * An assertion of the kernel does not hold.
   *
   * @throws LaunchException always
   */
  public static void fail(String message) {
    throw new LaunchException(message, "jvm", "see the function's assertion");
  }
}
