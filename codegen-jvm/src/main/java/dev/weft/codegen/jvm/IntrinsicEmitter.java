package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Map;

/** Writes calls of intrinsics: an instruction, or a call of the runtime's {@code KernelMath}. */
final class IntrinsicEmitter {
  /** Functions of floats, which are computed as doubles and rounded, by their name there. */
  private static final Map<Intrinsic, String> FLOAT_FUNCTIONS =
      Map.ofEntries(
          Map.entry(Intrinsic.EXP, "exp"),
          Map.entry(Intrinsic.EXP2, "exp2"),
          Map.entry(Intrinsic.EXP10, "exp10"),
          Map.entry(Intrinsic.LOG, "log"),
          Map.entry(Intrinsic.LOG2, "log2"),
          Map.entry(Intrinsic.LOG10, "log10"),
          Map.entry(Intrinsic.LOG1P, "log1p"),
          Map.entry(Intrinsic.SQRT, "sqrt"),
          Map.entry(Intrinsic.RSQRT, "rsqrt"),
          Map.entry(Intrinsic.SIN, "sin"),
          Map.entry(Intrinsic.COS, "cos"),
          Map.entry(Intrinsic.TAN, "tan"),
          Map.entry(Intrinsic.ASIN, "asin"),
          Map.entry(Intrinsic.ACOS, "acos"),
          Map.entry(Intrinsic.ATAN, "atan"),
          Map.entry(Intrinsic.SINH, "sinh"),
          Map.entry(Intrinsic.COSH, "cosh"),
          Map.entry(Intrinsic.TANH, "tanh"),
          Map.entry(Intrinsic.ASINH, "asinh"),
          Map.entry(Intrinsic.ACOSH, "acosh"),
          Map.entry(Intrinsic.ATANH, "atanh"),
          Map.entry(Intrinsic.SIGMOID, "sigmoid"),
          Map.entry(Intrinsic.ERF, "erf"),
          Map.entry(Intrinsic.FLOOR, "floor"),
          Map.entry(Intrinsic.CEIL, "ceil"),
          Map.entry(Intrinsic.TRUNC, "trunc"),
          Map.entry(Intrinsic.ROUND, "round"),
          Map.entry(Intrinsic.NEARBYINT, "nearbyint"),
          Map.entry(Intrinsic.ABS, "abs"),
          Map.entry(Intrinsic.POW, "pow"),
          Map.entry(Intrinsic.ATAN2, "atan2"),
          Map.entry(Intrinsic.HYPOT, "hypot"),
          Map.entry(Intrinsic.COPYSIGN, "copysign"),
          Map.entry(Intrinsic.FMOD, "fmod"));

  private final Frame frame;
  private final CodeBuilder out;
  private final ExprEmitter exprs;
  private final CastEmitter casts;

  IntrinsicEmitter(Frame frame, ExprEmitter exprs, CastEmitter casts) {
    this.frame = frame;
    this.out = frame.out;
    this.exprs = exprs;
    this.casts = casts;
  }

  /** Pushes what the call gives. */
  void call(DType dtype, Intrinsic intrinsic, List<Expr> args) {
    String function = FLOAT_FUNCTIONS.get(intrinsic);
    if (function != null && dtype.isFloat()) {
      floatFunction(function, dtype, args);
      return;
    }
    switch (intrinsic) {
      case LIKELY, THREAD_INVARIANT -> exprs.value(args.get(0));
      case IF_THEN_ELSE -> exprs.choose(args.get(0), args.get(1), args.get(2));
      case FLOOR, CEIL, TRUNC, ROUND, NEARBYINT -> exprs.value(args.get(0));
      case ABS -> {
        exprs.value(args.get(0));
        if (dtype.code() == DType.Code.INT) {
          frame.math("abs", Carrier.of(dtype), 1);
          casts.normalise(dtype);
        }
      }
      case FMA -> fma(dtype, args);
      case POW -> {
        values(args);
        Carrier carrier = Carrier.of(dtype);
        DType exponent = args.get(1).dtype();
        String power = exponent.code() == DType.Code.UINT ? "powerUnsigned" : "power";
        frame.runtime(power, carrier.type, carrier.type, Carrier.of(exponent).type);
        casts.normalise(dtype);
      }
      case LDEXP -> ldexp(dtype, args);
      case NEXTAFTER -> nextAfter(dtype, args);
      case ISNAN -> floatTest("isNan", args.get(0));
      case ISINF -> floatTest("isInfinite", args.get(0));
      case ISFINITE -> floatTest("isFinite", args.get(0));
      case POPCOUNT -> bits("popcount", dtype, args.get(0));
      case CLZ -> bits("clz", dtype, args.get(0));
      case BITWISE_AND -> {
        values(args);
        either(dtype, out::iand, out::land);
      }
      case BITWISE_OR -> {
        values(args);
        either(dtype, out::ior, out::lor);
      }
      case BITWISE_XOR -> {
        values(args);
        either(dtype, out::ixor, out::lxor);
      }
      case BITWISE_NOT -> {
        exprs.value(args.get(0));
        either(dtype, () -> out.iconst_m1().ixor(), () -> out.loadConstant(-1L).lxor());
        casts.normalise(dtype);
      }
      case SHIFT_LEFT, SHIFT_RIGHT -> shift(intrinsic == Intrinsic.SHIFT_LEFT, dtype, args);
      case Q_MULTIPLY_SHIFT -> {
        for (Expr arg : args) {
          exprs.value(arg);
          casts.cast(arg.dtype(), DType.INT64);
        }
        ClassDesc l = ConstantDescs.CD_long;
        frame.runtime("multiplyShift", l, l, l, l, l);
        casts.cast(DType.INT64, dtype);
      }
      case MIN_VALUE -> exprs.value(limit(dtype, false));
      case MAX_VALUE -> exprs.value(limit(dtype, true));
      case INFINITY -> exprs.value(new Expr.FloatImm(dtype, Double.POSITIVE_INFINITY));
      case LARGE_UINT_IMM -> {
        if (!(args.get(0) instanceof Expr.IntImm(DType a, long low))
            || !(args.get(1) instanceof Expr.IntImm(DType b, long high))) {
          throw ExprEmitter.refuse("T.large_uint_imm of something that is not constant");
        }
        exprs.value(new Expr.IntImm(dtype, (low & 0xFFFFFFFFL) | (high << 32)));
      }
      case REINTERPRET -> reinterpret(args.get(0), dtype);
      case DP4A -> {
        values(args);
        out.loadConstant(args.get(0).dtype().code() == DType.Code.UINT ? 1 : 0);
        out.loadConstant(args.get(1).dtype().code() == DType.Code.UINT ? 1 : 0);
        ClassDesc i = ConstantDescs.CD_int;
        frame.runtime("dp4a", i, i, i, i, i, i);
      }
      case UNDEF -> exprs.value(Expr.imm(dtype, 0));
      case ATOMIC_ADD -> atomic("atomicAdd", dtype, args);
      case ATOMIC_MIN -> atomic("atomicMin", dtype, args);
      case ATOMIC_MAX -> atomic("atomicMax", dtype, args);
      default -> throw ExprEmitter.refuse("the intrinsic T." + intrinsic.text);
    }
  }

  private void values(List<Expr> args) {
    args.forEach(exprs::value);
  }

  private void either(DType dtype, Runnable ofInts, Runnable ofLongs) {
    if (Carrier.of(dtype) == Carrier.LONG) {
      ofLongs.run();
    } else {
      ofInts.run();
    }
  }

  private void floatFunction(String name, DType dtype, List<Expr> args) {
    ClassDesc[] types = new ClassDesc[args.size()];
    for (int i = 0; i < types.length; i++) {
      exprs.value(args.get(i));
      casts.cast(args.get(i).dtype(), DType.FLOAT64);
      types[i] = ConstantDescs.CD_double;
    }
    frame.runtime(name, ConstantDescs.CD_double, types);
    casts.cast(DType.FLOAT64, dtype);
  }

  private void fma(DType dtype, List<Expr> args) {
    if (!dtype.isFloat()) {
      exprs.value(Expr.add(Expr.mul(args.get(0), args.get(1)), args.get(2)));
      return;
    }
    // A product of narrow floats is exact in a double, so only the sum rounds, as in a true FMA.
    DType wide = CastEmitter.isNarrowFloat(dtype) ? DType.FLOAT64 : dtype;
    for (Expr arg : args) {
      exprs.value(arg);
      casts.cast(dtype, wide);
    }
    frame.math("fma", Carrier.of(wide), 3);
    casts.cast(wide, dtype);
  }

  private void ldexp(DType dtype, List<Expr> args) {
    exprs.value(args.get(0));
    casts.cast(args.get(0).dtype(), DType.FLOAT64);
    exprs.value(args.get(1));
    casts.cast(args.get(1).dtype(), DType.INT32);
    out.invokestatic(
        Frame.MATH,
        "scalb",
        MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_double, ConstantDescs.CD_int));
    casts.cast(DType.FLOAT64, dtype);
  }

  private void nextAfter(DType dtype, List<Expr> args) {
    if (CastEmitter.isNarrowFloat(dtype)) {
      throw ExprEmitter.refuse("T.nextafter for " + dtype);
    }
    exprs.value(args.get(0));
    exprs.value(args.get(1));
    casts.cast(dtype, DType.FLOAT64);
    ClassDesc type = Carrier.of(dtype).type;
    out.invokestatic(
        Frame.MATH, "nextAfter", MethodTypeDesc.of(type, type, ConstantDescs.CD_double));
  }

  private void floatTest(String name, Expr arg) {
    exprs.value(arg);
    casts.cast(arg.dtype(), DType.FLOAT64);
    frame.runtime(name, ConstantDescs.CD_int, ConstantDescs.CD_double);
  }

  /** A count of bits: of the value's own width, extended with zeros. */
  private void bits(String name, DType dtype, Expr arg) {
    exprs.value(arg);
    int width = arg.dtype().bits();
    casts.cast(arg.dtype(), DType.INT64);
    out.loadConstant(width);
    frame.runtime(name, ConstantDescs.CD_int, ConstantDescs.CD_long, ConstantDescs.CD_int);
    casts.cast(DType.INT32, dtype);
  }

  private void shift(boolean left, DType dtype, List<Expr> args) {
    Carrier carrier = Carrier.of(dtype);
    boolean unsigned = dtype.code() == DType.Code.UINT;
    exprs.value(args.get(0));
    if (args.get(1) instanceof Expr.IntImm(DType t, long by) && by >= 0 && by < dtype.bits()) {
      out.loadConstant((int) by);
      if (left) {
        either(dtype, out::ishl, out::lshl);
      } else if (unsigned) {
        either(dtype, out::iushr, out::lushr);
      } else {
        either(dtype, out::ishr, out::lshr);
      }
    } else {
      exprs.value(args.get(1));
      casts.cast(args.get(1).dtype(), DType.INT64);
      out.loadConstant(dtype.bits());
      String name = left ? "shiftLeft" : unsigned ? "shiftRightUnsigned" : "shiftRight";
      frame.runtime(name, carrier.type, carrier.type, ConstantDescs.CD_long, ConstantDescs.CD_int);
    }
    casts.normalise(dtype);
  }

  private static Expr limit(DType dtype, boolean max) {
    if (dtype.isFloat()) {
      double largest =
          switch (dtype.code()) {
            case BFLOAT -> 0x1.FEp127;
            case FLOAT8_E4M3 -> 448;
            case FLOAT8_E5M2 -> 57344;
            default ->
                dtype.bits() == 64
                    ? Double.MAX_VALUE
                    : dtype.bits() == 32 ? Float.MAX_VALUE : 65504.0;
          };
      return new Expr.FloatImm(dtype, max ? largest : -largest);
    }
    if (dtype.code() == DType.Code.UINT || dtype.isBool()) {
      long all = dtype.bits() == 64 ? -1L : (1L << dtype.bits()) - 1;
      return new Expr.IntImm(dtype, max ? all : 0);
    }
    long lowest = -1L << (dtype.bits() - 1);
    return new Expr.IntImm(dtype, max ? ~lowest : lowest);
  }

  private void reinterpret(Expr value, DType to) {
    DType from = value.dtype();
    if (from.bits() != to.bits()) {
      throw ExprEmitter.refuse("T.reinterpret from " + from + " to " + to);
    }
    exprs.value(value);
    // To the bits as an integer …
    if (CastEmitter.isNarrowFloat(from)) {
      ClassDesc bits = from.bits() == 8 ? ConstantDescs.CD_byte : ConstantDescs.CD_short;
      frame.runtime("bits" + CastEmitter.name(from), bits, ConstantDescs.CD_float);
    } else if (Carrier.of(from) == Carrier.FLOAT) {
      bitsOf("java.lang.Float", "floatToRawIntBits", Carrier.INT, Carrier.FLOAT);
    } else if (Carrier.of(from) == Carrier.DOUBLE) {
      bitsOf("java.lang.Double", "doubleToRawLongBits", Carrier.LONG, Carrier.DOUBLE);
    }
    // … and from them.
    if (CastEmitter.isNarrowFloat(to)) {
      boolean byteWide = to.bits() == 8;
      if (byteWide) {
        out.i2b();
      } else {
        out.i2s();
      }
      ClassDesc bits = byteWide ? ConstantDescs.CD_byte : ConstantDescs.CD_short;
      frame.runtime("from" + CastEmitter.name(to), ConstantDescs.CD_float, bits);
    } else if (Carrier.of(to) == Carrier.FLOAT) {
      bitsOf("java.lang.Float", "intBitsToFloat", Carrier.FLOAT, Carrier.INT);
    } else if (Carrier.of(to) == Carrier.DOUBLE) {
      bitsOf("java.lang.Double", "longBitsToDouble", Carrier.DOUBLE, Carrier.LONG);
    } else {
      casts.normalise(to);
    }
  }

  private void bitsOf(String owner, String name, Carrier result, Carrier arg) {
    out.invokestatic(ClassDesc.of(owner), name, MethodTypeDesc.of(result.type, arg.type));
  }

  private void atomic(String name, DType dtype, List<Expr> args) {
    boolean carried = dtype.bits() >= 32 && !Carrier.isUnsigned(dtype);
    if (!(args.get(0) instanceof Expr.Call(DType t, Intrinsic address, List<Expr> of))
        || address != Intrinsic.ADDRESS_OF
        || !(of.get(0) instanceof Expr.Load element)
        || !carried) {
      throw ExprEmitter.refuse("T." + name + " of " + dtype + " at something else than an address");
    }
    exprs.memory().address(element);
    exprs.value(args.get(1));
    ClassDesc type = Carrier.of(dtype).type;
    frame.runtime(name, type, Frame.SEGMENT, ConstantDescs.CD_long, type);
  }
}
