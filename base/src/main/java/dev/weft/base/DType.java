package dev.weft.base;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data type: a code, a width in bits and a number of vector lanes, written as in TVMScript
 * ({@code float32}, {@code int8}, {@code bool}, {@code bfloat16}, {@code float16x4}, {@code
 * handle}).
 *
 * @param code the kind of number
 * @param bits width of one lane in bits; 1 for bool, 64 for handles
 * @param lanes number of vector lanes, 1 for a scalar
 */
public record DType(Code code, int bits, int lanes) {
  /** The kinds of values. */
  public enum Code {
    /** Signed integer, two's complement, wraps around. */
    INT,
    /** Unsigned integer, wraps around. */
    UINT,
    /** IEEE 754 binary16, binary32 or binary64. */
    FLOAT,
    /** The upper half of a binary32. */
    BFLOAT,
    /** OCP FP8 E4M3 (finite only, "fn"). */
    FLOAT8_E4M3,
    /** OCP FP8 E5M2. */
    FLOAT8_E5M2,
    /** {@link NarrowFloat#E4M3FNUZ}, a form of storage only: no kernel computes in it. */
    FLOAT8_E4M3FNUZ,
    /** {@link NarrowFloat#E5M2FNUZ}, a form of storage only. */
    FLOAT8_E5M2FNUZ,
    /** {@link NarrowFloat#E8M0}, powers of two, a form of storage only. */
    FLOAT8_E8M0,
    /** {@link NarrowFloat#E2M1}, a form of storage only; takes a byte an element. */
    FLOAT4_E2M1,
    /** Truth value, stored in one byte. */
    BOOL,
    /** Pointer or other opaque host or device address. */
    HANDLE,
    /** Character string, a compile-time constant only. */
    STRING,
    /** A barrier object in shared memory whose arrivals and phases are counted (mbarrier). */
    BARRIER,
    /** Names an asynchronous copy that is under way, until it is waited for. */
    TOKEN,
    /** No value. */
    VOID
  }

  public static final DType FLOAT64 = new DType(Code.FLOAT, 64, 1);
  public static final DType FLOAT32 = new DType(Code.FLOAT, 32, 1);
  public static final DType FLOAT16 = new DType(Code.FLOAT, 16, 1);
  public static final DType BFLOAT16 = new DType(Code.BFLOAT, 16, 1);
  public static final DType FLOAT8_E4M3 = new DType(Code.FLOAT8_E4M3, 8, 1);
  public static final DType FLOAT8_E5M2 = new DType(Code.FLOAT8_E5M2, 8, 1);
  public static final DType FLOAT8_E4M3FNUZ = new DType(Code.FLOAT8_E4M3FNUZ, 8, 1);
  public static final DType FLOAT8_E5M2FNUZ = new DType(Code.FLOAT8_E5M2FNUZ, 8, 1);
  public static final DType FLOAT8_E8M0 = new DType(Code.FLOAT8_E8M0, 8, 1);
  public static final DType FLOAT4_E2M1 = new DType(Code.FLOAT4_E2M1, 4, 1);
  public static final DType INT64 = new DType(Code.INT, 64, 1);
  public static final DType INT32 = new DType(Code.INT, 32, 1);
  public static final DType INT16 = new DType(Code.INT, 16, 1);
  public static final DType INT8 = new DType(Code.INT, 8, 1);
  public static final DType INT4 = new DType(Code.INT, 4, 1);
  public static final DType INT2 = new DType(Code.INT, 2, 1);
  public static final DType UINT64 = new DType(Code.UINT, 64, 1);
  public static final DType UINT32 = new DType(Code.UINT, 32, 1);
  public static final DType UINT16 = new DType(Code.UINT, 16, 1);
  public static final DType UINT8 = new DType(Code.UINT, 8, 1);
  public static final DType UINT4 = new DType(Code.UINT, 4, 1);
  public static final DType UINT2 = new DType(Code.UINT, 2, 1);
  public static final DType BOOL = new DType(Code.BOOL, 1, 1);
  public static final DType HANDLE = new DType(Code.HANDLE, 64, 1);
  public static final DType STRING = new DType(Code.STRING, 8, 1);
  public static final DType BARRIER = new DType(Code.BARRIER, 64, 1);
  public static final DType TOKEN = new DType(Code.TOKEN, 64, 1);
  public static final DType VOID = new DType(Code.VOID, 0, 1);

  private static final Pattern NUMBER =
      Pattern.compile("(int|uint|float|bfloat)(\\d+)(?:x(\\d+))?");
  private static final Pattern NAMED =
      Pattern.compile(
          "(bool|handle|void|string|barrier|token|float8_e4m3fn|float8_e4m3|e4m3_float8"
              + "|float8_e5m2|e5m2_float8|float8_e4m3fnuz|float8_e5m2fnuz|float8_e8m0fnu"
              + "|float4_e2m1fn)(?:x(\\d+))?");

  /** Checks that the width exists for the code. */
  public DType {
    if (lanes < 1) {
      throw new IllegalArgumentException("DType lanes must be at least 1, got " + lanes);
    }
    boolean known =
        switch (code) {
          case INT, UINT -> bits >= 1 && bits <= 64;
          case FLOAT -> bits == 16 || bits == 32 || bits == 64;
          case BFLOAT -> bits == 16;
          case FLOAT8_E4M3, FLOAT8_E5M2, FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ, FLOAT8_E8M0, STRING ->
              bits == 8;
          case FLOAT4_E2M1 -> bits == 4;
          case BOOL -> bits == 1;
          case HANDLE, BARRIER, TOKEN -> bits == 64;
          case VOID -> bits == 0;
        };
    if (!known) {
      throw new IllegalArgumentException("DType " + code + " has no width of " + bits + " bits");
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if {@code text} names no dtype
   */
  public static DType parse(String text) {
    Matcher number = NUMBER.matcher(text);
    if (number.matches()) {
      Code code =
          switch (number.group(1)) {
            case "int" -> Code.INT;
            case "uint" -> Code.UINT;
            case "float" -> Code.FLOAT;
            default -> Code.BFLOAT;
          };
      int bits = Integer.parseInt(number.group(2));
      if (code == Code.UINT && bits == 1) {
        return BOOL.withLanes(lanes(number.group(3)));
      }
      return new DType(code, bits, lanes(number.group(3)));
    }
    Matcher named = NAMED.matcher(text);
    if (named.matches()) {
      DType scalar =
          switch (named.group(1)) {
            case "bool" -> BOOL;
            case "handle" -> HANDLE;
            case "void" -> VOID;
            case "string" -> STRING;
            case "barrier" -> BARRIER;
            case "token" -> TOKEN;
            case "float8_e5m2", "e5m2_float8" -> FLOAT8_E5M2;
            case "float8_e4m3fnuz" -> FLOAT8_E4M3FNUZ;
            case "float8_e5m2fnuz" -> FLOAT8_E5M2FNUZ;
            case "float8_e8m0fnu" -> FLOAT8_E8M0;
            case "float4_e2m1fn" -> FLOAT4_E2M1;
            default -> FLOAT8_E4M3;
          };
      return scalar.withLanes(lanes(named.group(2)));
    }
    throw new IllegalArgumentException("'" + text + "' is not a dtype");
  }

  private static int lanes(@org.jspecify.annotations.Nullable String text) {
    return text == null ? 1 : Integer.parseInt(text);
  }

  /** The same type with another number of lanes. */
  public DType withLanes(int newLanes) {
    return newLanes == lanes ? this : new DType(code, bits, newLanes);
  }

  /** One lane of this type. */
  public DType scalar() {
    return withLanes(1);
  }

  /** Whether values have more than one lane. */
  public boolean isVector() {
    return lanes > 1;
  }

  /** Signed or unsigned integer (not bool). */
  public boolean isInt() {
    return code == Code.INT || code == Code.UINT;
  }

  /** Any floating-point type, bfloat16 and those of 8 and 4 bits included. */
  public boolean isFloat() {
    return switch (code) {
      case FLOAT,
          BFLOAT,
          FLOAT8_E4M3,
          FLOAT8_E5M2,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1 ->
          true;
      case INT, UINT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID -> false;
    };
  }

  /**
   * The type in which kernels see it: floats of at most 8 bits and integers of fewer are forms of
   * storage, read and written as integers of a byte; any other type is itself.
   */
  public DType stored() {
    if (isFloat() && bits <= 8) {
      return UINT8.withLanes(lanes);
    }
    if (isInt() && bits < 8) {
      return (code == Code.INT ? INT8 : UINT8).withLanes(lanes);
    }
    return this;
  }

  /** Bool, scalar or vector. */
  public boolean isBool() {
    return code == Code.BOOL;
  }

  /** Pointer. */
  public boolean isHandle() {
    return code == Code.HANDLE;
  }

  /** Bytes that one element (all lanes) takes in memory; types under a byte take one. */
  public int bytes() {
    return (bits + 7) / 8 * lanes;
  }

  @Override
  public String toString() {
    String scalar =
        switch (code) {
          case INT -> "int" + bits;
          case UINT -> "uint" + bits;
          case FLOAT -> "float" + bits;
          case BFLOAT -> "bfloat16";
          case FLOAT8_E4M3 -> "float8_e4m3fn";
          case FLOAT8_E5M2 -> "float8_e5m2";
          case FLOAT8_E4M3FNUZ -> "float8_e4m3fnuz";
          case FLOAT8_E5M2FNUZ -> "float8_e5m2fnuz";
          case FLOAT8_E8M0 -> "float8_e8m0fnu";
          case FLOAT4_E2M1 -> "float4_e2m1fn";
          case BOOL -> "bool";
          case HANDLE -> "handle";
          case STRING -> "string";
          case BARRIER -> "barrier";
          case TOKEN -> "token";
          case VOID -> "void";
        };
    return lanes == 1 ? scalar : scalar + "x" + lanes;
  }
}
