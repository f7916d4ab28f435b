package dev.weft.base;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads and writes one scalar element of any dtype in native byte order. Floating-point values
 * travel as double, everything else as long (unsigned 64-bit values as their bit pattern), rounded
 * or wrapped to the dtype on the way in. Types of 2 and 4 bits take one byte an element.
 */
public final class Scalars {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private Scalars() {}

  /** Rounds a value to what the floating-point dtype can hold. */
  public static double round(DType dtype, double value) {
    return switch (dtype.code()) {
      case FLOAT ->
          switch (dtype.bits()) {
            case 64 -> value;
            case 32 -> (float) value;
            default -> roundToHalf(value);
          };
      case BFLOAT -> Bfloat16.toFloat(Bfloat16.fromFloat(roundToOdd(value)));
      case FLOAT8_E4M3 -> Float8.e4m3ToFloat(Float8.floatToE4m3(roundToOdd(value)));
      case FLOAT8_E5M2 -> Float8.e5m2ToFloat(Float8.floatToE5m2(roundToOdd(value)));
      case FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ, FLOAT8_E8M0, FLOAT4_E2M1 -> {
        NarrowFloat format = NarrowFloat.of(dtype);
        yield format.decode(format.encode(roundToOdd(value), true));
      }
      case INT, UINT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is not a floating-point type");
    };
  }

  private static double roundToHalf(double value) {
    return Float.float16ToFloat(Float.floatToFloat16(roundToOdd(value)));
  }

  /**
   * The float that rounds on to any narrower format as {@code value} itself would: an inexact
   * conversion gets its last bit set, so that no tie is made by rounding twice (Boldo and
   * Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
   */
  private static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || Float.isInfinite(nearest)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    if ((bits & 1) == 1) {
      return nearest;
    }
    boolean tooFar = Math.abs((double) nearest) > Math.abs(value);
    return Float.intBitsToFloat(tooFar ? bits - 1 : bits + 1);
  }

  /** Wraps a value to the integer dtype (sign- or zero-extended); bool becomes 0 or 1. */
  public static long wrap(DType dtype, long value) {
    int unused = 64 - dtype.bits();
    return switch (dtype.code()) {
      case INT -> value << unused >> unused;
      case UINT -> value << unused >>> unused;
      case BOOL -> value != 0 ? 1 : 0;
      case HANDLE, TOKEN, BARRIER -> value;
      case FLOAT,
          BFLOAT,
          FLOAT8_E4M3,
          FLOAT8_E5M2,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          STRING,
          VOID ->
          throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  /** Reads a floating-point element at a byte offset. */
  public static double getFloat(DType dtype, MemorySegment data, long offset) {
    return switch (dtype.code()) {
      case FLOAT ->
          switch (dtype.bits()) {
            case 64 -> data.get(DOUBLE, offset);
            case 32 -> data.get(FLOAT, offset);
            default -> Float.float16ToFloat(data.get(SHORT, offset));
          };
      case BFLOAT -> Bfloat16.toFloat(data.get(SHORT, offset));
      case FLOAT8_E4M3 -> Float8.e4m3ToFloat(data.get(ValueLayout.JAVA_BYTE, offset));
      case FLOAT8_E5M2 -> Float8.e5m2ToFloat(data.get(ValueLayout.JAVA_BYTE, offset));
      case FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ, FLOAT8_E8M0, FLOAT4_E2M1 ->
          NarrowFloat.of(dtype).decode(data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF);
      case INT, UINT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is not a floating-point type");
    };
  }

  /** Writes a floating-point element at a byte offset, rounded to the dtype. */
  public static void setFloat(DType dtype, MemorySegment data, long offset, double value) {
    switch (dtype.code()) {
      case FLOAT -> {
        switch (dtype.bits()) {
          case 64 -> data.set(DOUBLE, offset, value);
          case 32 -> data.set(FLOAT, offset, (float) value);
          default -> data.set(SHORT, offset, Float.floatToFloat16(roundToOdd(value)));
        }
      }
      case BFLOAT -> data.set(SHORT, offset, Bfloat16.fromFloat(roundToOdd(value)));
      case FLOAT8_E4M3 ->
          data.set(ValueLayout.JAVA_BYTE, offset, Float8.floatToE4m3(roundToOdd(value)));
      case FLOAT8_E5M2 ->
          data.set(ValueLayout.JAVA_BYTE, offset, Float8.floatToE5m2(roundToOdd(value)));
      case FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ, FLOAT8_E8M0, FLOAT4_E2M1 ->
          data.set(
              ValueLayout.JAVA_BYTE,
              offset,
              (byte) NarrowFloat.of(dtype).encode(roundToOdd(value), true));
      case INT, UINT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is not a floating-point type");
    }
  }

  /** Reads an integer, bool or handle element at a byte offset. */
  public static long getInt(DType dtype, MemorySegment data, long offset) {
    long raw =
        switch (dtype.bytes() / dtype.lanes()) {
          case 1 -> data.get(ValueLayout.JAVA_BYTE, offset);
          case 2 -> data.get(SHORT, offset);
          case 4 -> data.get(INT, offset);
          case 8 -> data.get(LONG, offset);
          default -> throw new IllegalArgumentException(dtype + " can't be read as an integer");
        };
    return wrap(dtype, raw);
  }

  /** Writes an integer, bool or handle element at a byte offset, wrapped to the dtype. */
  public static void setInt(DType dtype, MemorySegment data, long offset, long value) {
    long wrapped = wrap(dtype, value);
    switch (dtype.bytes() / dtype.lanes()) {
      case 1 -> data.set(ValueLayout.JAVA_BYTE, offset, (byte) wrapped);
      case 2 -> data.set(SHORT, offset, (short) wrapped);
      case 4 -> data.set(INT, offset, (int) wrapped);
      case 8 -> data.set(LONG, offset, wrapped);
      default -> throw new IllegalArgumentException(dtype + " can't be written as an integer");
    }
  }
}
