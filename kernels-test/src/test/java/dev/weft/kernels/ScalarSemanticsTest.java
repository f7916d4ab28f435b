package dev.weft.kernels;

import static dev.weft.base.DType.BFLOAT16;
import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.FLOAT64;
import static dev.weft.base.DType.FLOAT8_E4M3;
import static dev.weft.base.DType.FLOAT8_E5M2;
import static dev.weft.base.DType.INT16;
import static dev.weft.base.DType.INT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.base.DType.INT8;
import static dev.weft.base.DType.UINT16;
import static dev.weft.base.DType.UINT32;
import static dev.weft.base.DType.UINT64;
import static dev.weft.base.DType.UINT8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.compiler.CompiledFunction;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.te.Te;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation on every dtype, at the ends of the types' ranges and at random, on the JVM
 * backend: integers and the four operations equal to the reference interpreter's to the bit, other
 * functions within two units in the last place.
 */
class ScalarSemanticsTest {
  private static final List<DType> INTEGERS =
      List.of(INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64);
  private static final List<DType> FLOATS =
      List.of(FLOAT32, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);
  private static final int VALUES = 24;

  static Stream<DType> numbers() {
    return Stream.concat(INTEGERS.stream(), FLOATS.stream());
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void arithmeticAndComparisons(DType dtype) {
    for (BinaryOp op : BinaryOp.values()) {
      if (op != BinaryOp.AND && op != BinaryOp.OR) {
        boolean divides =
            op == BinaryOp.DIV
                || op == BinaryOp.MOD
                || op == BinaryOp.FLOOR_DIV
                || op == BinaryOp.FLOOR_MOD;
        check(op + " " + dtype, dtype, divides && dtype.isInt(), (a, b) -> Expr.binary(op, a, b));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void conversions(DType from) {
    List<DType> all = new ArrayList<>(INTEGERS);
    all.addAll(FLOATS);
    all.add(BOOL);
    for (DType to : all) {
      check(from + " to " + to, from, false, (a, b) -> new Expr.Cast(to, a));
    }
  }

  static Stream<DType> integers() {
    return INTEGERS.stream();
  }

  @ParameterizedTest
  @MethodSource("integers")
  void integerIntrinsics(DType dtype) {
    for (Intrinsic intrinsic :
        List.of(Intrinsic.BITWISE_AND, Intrinsic.BITWISE_OR, Intrinsic.BITWISE_XOR)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a, b));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.SHIFT_LEFT, Intrinsic.SHIFT_RIGHT)) {
      // By what is in the second operand's low four bits: below and above the widths.
      check(
          intrinsic.text,
          dtype,
          false,
          (a, b) ->
              Expr.Call.of(
                  dtype,
                  intrinsic,
                  a,
                  Expr.Call.of(dtype, Intrinsic.BITWISE_AND, b, Expr.imm(dtype, 15))));
      check(
          intrinsic.text + " by 3",
          dtype,
          false,
          (a, b) -> Expr.Call.of(dtype, intrinsic, a, Expr.imm(dtype, 3)));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.BITWISE_NOT, Intrinsic.ABS)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.POPCOUNT, Intrinsic.CLZ)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(INT32, intrinsic, a));
    }
  }

  static Stream<DType> floats() {
    return FLOATS.stream();
  }

  @ParameterizedTest
  @MethodSource("floats")
  void floatIntrinsics(DType dtype) {
    for (Intrinsic intrinsic :
        List.of(
            Intrinsic.EXP,
            Intrinsic.EXP2,
            Intrinsic.EXP10,
            Intrinsic.LOG,
            Intrinsic.LOG2,
            Intrinsic.LOG10,
            Intrinsic.LOG1P,
            Intrinsic.SQRT,
            Intrinsic.RSQRT,
            Intrinsic.SIN,
            Intrinsic.COS,
            Intrinsic.ATAN,
            Intrinsic.SINH,
            Intrinsic.TANH,
            Intrinsic.ASINH,
            Intrinsic.SIGMOID,
            Intrinsic.ERF,
            Intrinsic.FLOOR,
            Intrinsic.CEIL,
            Intrinsic.TRUNC,
            Intrinsic.ROUND,
            Intrinsic.NEARBYINT,
            Intrinsic.ABS)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a));
    }
    for (Intrinsic intrinsic :
        List.of(Intrinsic.POW, Intrinsic.ATAN2, Intrinsic.HYPOT, Intrinsic.COPYSIGN)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a, b));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.ISNAN, Intrinsic.ISINF, Intrinsic.ISFINITE)) {
      check(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(BOOL, intrinsic, a));
    }
    check("fma", dtype, false, (a, b) -> Expr.Call.of(dtype, Intrinsic.FMA, a, b, a));
  }

  private static void check(
      String what, DType dtype, boolean divides, BinaryOperator<Expr> operation) {
    dev.weft.tir.te.Tensor a = Te.placeholder("A", dtype, VALUES, VALUES);
    dev.weft.tir.te.Tensor b = Te.placeholder("B", dtype, VALUES, VALUES);
    dev.weft.tir.te.Tensor c = Te.compute("C", a.shape(), i -> operation.apply(a.at(i), b.at(i)));
    PrimFunc function = Te.primFunc("f", List.of(a, b, c));
    DType result = c.dtype();
    Tensor x = Tensor.allocate(dtype, VALUES, VALUES);
    Tensor y = Tensor.allocate(dtype, VALUES, VALUES);
    Random random = new Random(what.hashCode());
    for (int i = 0; i < VALUES; i++) {
      for (int j = 0; j < VALUES; j++) {
        put(x, i * VALUES + j, i, random);
        put(y, i * VALUES + j, j, random);
        if (divides && y.getLong(i * VALUES + j) == 0) {
          y.setLong(i * VALUES + j, 3);
        }
      }
    }
    try (x;
        y;
        Tensor expected = Tensor.allocate(result, VALUES, VALUES);
        Tensor actual = Tensor.allocate(result, VALUES, VALUES);
        Device device = Devices.installed().open("jvm");
        CompiledFunction compiled = CompiledFunction.compile(function, device)) {
      Interpreter.run(function, List.of(x, y, expected));
      compiled.run(List.of(x, y, actual));
      for (int i = 0; i < VALUES * VALUES; i++) {
        if (!result.isFloat()) {
          assertThat(actual.getLong(i)).as(at(what, x, y, i)).isEqualTo(expected.getLong(i));
        } else if (!isClose(result, actual.getDouble(i), expected.getDouble(i))) {
          assertThat(actual.getDouble(i)).as(at(what, x, y, i)).isEqualTo(expected.getDouble(i));
        }
      }
    }
  }

  private static String at(String what, Tensor x, Tensor y, int i) {
    boolean isFloat = x.dtype().isFloat();
    return what
        + " of "
        + (isFloat ? x.getDouble(i) + ", " + y.getDouble(i) : x.getLong(i) + ", " + y.getLong(i));
  }

  /** Two units in the last place; zeros of either sign and all NaNs are alike. */
  private static boolean isClose(DType dtype, double actual, double expected) {
    if (Double.isNaN(expected) || Double.isNaN(actual)) {
      return Double.isNaN(expected) && Double.isNaN(actual);
    }
    if (actual == expected) {
      return true;
    }
    double ulp =
        switch (dtype.bits()) {
          case 64 -> Math.ulp(expected);
          case 32 -> Math.ulp((float) expected);
          case 16 -> Math.abs(expected) * (dtype.equals(BFLOAT16) ? 0x1p-7 : 0x1p-10);
          default -> Math.abs(expected) * 0x1p-2;
        };
    return Math.abs(actual - expected) <= 2 * ulp;
  }

  /** The type's particular values first, then random ones. */
  private static void put(Tensor tensor, long at, int number, Random random) {
    DType dtype = tensor.dtype();
    if (dtype.isFloat()) {
      double[] particular = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        2.5,
        -2.5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1e9,
        -1e9,
        3e-5,
        300
      };
      double value = number < particular.length ? particular[number] : random.nextGaussian() * 4;
      tensor.setDouble(at, value);
      return;
    }
    boolean unsigned = dtype.code() == DType.Code.UINT;
    long lowest = unsigned ? 0 : -1L << (dtype.bits() - 1);
    long highest = unsigned ? (dtype.bits() == 64 ? -1L : (1L << dtype.bits()) - 1) : ~lowest;
    long[] particular = {0, 1, lowest, highest, unsigned ? 2 : -1, 7, highest - 1};
    tensor.setLong(at, number < particular.length ? particular[number] : random.nextLong());
  }
}
