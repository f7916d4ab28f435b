package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Turns calls into {@link Eval}s; what is here is what each intrinsic means. */
final class CallCompiler {
  private final ExprCompiler exprs;
  private final Functions functions;
  private final Fragments fragments;

  CallCompiler(ExprCompiler exprs, Functions functions) {
    this.exprs = exprs;
    this.functions = functions;
    this.fragments = new Fragments(exprs);
  }

  Eval compile(DType dtype, Callee callee, List<Expr> args) {
    return switch (callee) {
      case Callee.GlobalVar(String name) ->
          number(dtype, hostArgs(args), (f, values) -> functions.call(name, values));
      case Intrinsic intrinsic -> intrinsic(dtype, intrinsic, args);
    };
  }

  private Eval intrinsic(DType dtype, Intrinsic intrinsic, List<Expr> args) {
    if (Fragments.isMatrixOperation(intrinsic)) {
      return fragments.compile(intrinsic, args);
    }
    DoubleUnaryOperator unary = FloatMath.unary(intrinsic);
    if (unary != null && dtype.isFloat()) {
      Eval x = exprs.compile(args.get(0));
      DType scalar = dtype.scalar();
      return Eval.ofDouble(
          (f, lane) -> Scalars.round(scalar, unary.applyAsDouble(x.asDouble(f, lane))));
    }
    DoubleBinaryOperator binary = FloatMath.binary(intrinsic);
    if (binary != null && dtype.isFloat()) {
      Eval x = exprs.compile(args.get(0));
      Eval y = exprs.compile(args.get(1));
      DType scalar = dtype.scalar();
      return Eval.ofDouble(
          (f, lane) ->
              Scalars.round(
                  scalar, binary.applyAsDouble(x.asDouble(f, lane), y.asDouble(f, lane))));
    }
    return other(dtype, intrinsic, args);
  }

  private Eval other(DType dtype, Intrinsic intrinsic, List<Expr> args) {
    DType scalar = dtype.scalar();
    return switch (intrinsic) {
      case IF_THEN_ELSE -> exprs.choose(args.get(0), args.get(1), args.get(2));
      case LIKELY, IGNORE_LOOP_PARTITION -> exprs.compile(args.get(0));
      case IS_NULL -> {
        Eval pointer = exprs.compile(args.get(0));
        yield Eval.ofLong(
            (f, lane) -> pointer.asObject(f) instanceof Number n && n.longValue() == 0 ? 1 : 0);
      }
      case VECTORLOW -> lanes(dtype, args.get(0), 0);
      case VECTORHIGH -> lanes(dtype, args.get(0), dtype.lanes());
      case VECTORCOMBINE -> combine(dtype, args);
      case GET_ACTIVE_LANE_MASK -> {
        Eval base = exprs.compile(args.get(0));
        Eval limit = exprs.compile(args.get(1));
        yield Eval.ofLong((f, lane) -> base.asLong(f) + lane < limit.asLong(f) ? 1 : 0);
      }
      case ABS -> {
        Eval x = exprs.compile(args.get(0));
        yield IntMath.isUnsigned(dtype)
            ? x
            : Eval.ofLong((f, lane) -> IntMath.wrap(scalar, Math.abs(x.asLong(f, lane))));
      }
      case FLOOR, CEIL, TRUNC, ROUND, NEARBYINT -> exprs.compile(args.get(0));
      case POW -> {
        boolean unsigned = args.get(1).dtype().code() == DType.Code.UINT;
        yield intPower(scalar, exprs.compile(args.get(0)), exprs.compile(args.get(1)), unsigned);
      }
      case FMA -> fma(scalar, args);
      case LDEXP -> {
        Eval x = exprs.compile(args.get(0));
        Expr by = args.get(1);
        Eval y = exprs.compile(by);
        boolean integer = !by.dtype().isFloat();
        yield Eval.ofDouble(
            (f, lane) ->
                Scalars.round(
                    scalar,
                    Math.scalb(
                        x.asDouble(f, lane),
                        (int) (integer ? y.asLong(f, lane) : (long) y.asDouble(f, lane)))));
      }
      case NEXTAFTER -> {
        Eval x = exprs.compile(args.get(0));
        Eval y = exprs.compile(args.get(1));
        yield switch (dtype.bits()) {
          case 64 -> Eval.ofDouble((f, l) -> Math.nextAfter(x.asDouble(f, l), y.asDouble(f, l)));
          case 32 ->
              Eval.ofDouble((f, l) -> Math.nextAfter((float) x.asDouble(f, l), y.asDouble(f, l)));
          default -> throw refuse(intrinsic, "for " + dtype);
        };
      }
      case ISNAN -> floatTest(args.get(0), Double::isNaN);
      case ISINF -> floatTest(args.get(0), Double::isInfinite);
      case ISFINITE -> floatTest(args.get(0), Double::isFinite);
      case POPCOUNT -> {
        Eval x = exprs.compile(args.get(0));
        long mask = mask(args.get(0).dtype());
        yield Eval.ofLong((f, lane) -> Long.bitCount(x.asLong(f, lane) & mask));
      }
      case CLZ -> {
        Eval x = exprs.compile(args.get(0));
        DType of = args.get(0).dtype();
        long mask = mask(of);
        yield Eval.ofLong(
            (f, lane) -> Long.numberOfLeadingZeros(x.asLong(f, lane) & mask) - (64L - of.bits()));
      }
      case BITWISE_AND -> longs(args, (a, b) -> a & b);
      case BITWISE_OR -> longs(args, (a, b) -> a | b);
      case BITWISE_XOR -> longs(args, (a, b) -> a ^ b);
      case BITWISE_NOT -> {
        Eval x = exprs.compile(args.get(0));
        yield Eval.ofLong((f, lane) -> IntMath.wrap(scalar, ~x.asLong(f, lane)));
      }
      case SHIFT_LEFT -> shift(args, (a, b) -> IntMath.shiftLeft(scalar, a, b));
      case SHIFT_RIGHT -> shift(args, (a, b) -> IntMath.shiftRight(scalar, a, b));
      case Q_MULTIPLY_SHIFT -> qMultiplyShift(scalar, args);
      case MIN_VALUE -> limit(scalar, false);
      case MAX_VALUE -> limit(scalar, true);
      case INFINITY -> Eval.ofDouble((f, lane) -> Double.POSITIVE_INFINITY);
      case LARGE_UINT_IMM -> longs(args, (low, high) -> (low & 0xFFFFFFFFL) | (high << 32));
      case REINTERPRET -> reinterpret(dtype, args.get(0));
      case DP4A -> dp4a(args);
      case UNDEF -> dtype.isFloat() ? Eval.ofDouble((f, l) -> 0) : Eval.ofLong((f, l) -> 0);
      case ASSUME -> {
        Eval holds = exprs.compile(args.get(0));
        yield Eval.ofLong(
            (f, lane) -> {
              if (holds.asLong(f) == 0) {
                throw f.error("an assumption (T.assume) does not hold", "");
              }
              return 1;
            });
      }
      case TUPLE, PREFETCH, TYPE_ANNOTATION -> Eval.ofLong((f, lane) -> 0);
      case ADDRESS_OF -> {
        if (!(args.get(0) instanceof Expr.Load load)) {
          throw refuse(intrinsic, "of something that is no buffer element");
        }
        yield exprs.pointerTo(load);
      }
      case ACCESS_PTR -> accessPtr(args);
      case ATOMIC_ADD -> atomic(args, Double::sum, Long::sum);
      case ATOMIC_MAX -> {
        DType of = args.get(1).dtype();
        yield atomic(args, Math::max, (a, b) -> IntMath.apply(BinaryOp.MAX, of, a, b));
      }
      case ATOMIC_MIN -> {
        DType of = args.get(1).dtype();
        yield atomic(args, Math::min, (a, b) -> IntMath.apply(BinaryOp.MIN, of, a, b));
      }
      case CALL_EXTERN, CALL_PURE_EXTERN, CALL_PACKED, CALL_CPACKED -> {
        if (!(args.get(0) instanceof Expr.StringImm(String name))) {
          throw refuse(intrinsic, "without a name as its first argument");
        }
        yield number(
            dtype,
            hostArgs(args.subList(1, args.size())),
            (f, values) -> callHost(f, name, values));
      }
      default ->
          throw new InterpreterException(
              "T." + intrinsic.text + " has no meaning outside a kernel",
              "",
              "run the lowered kernel on the SIMT interpreter");
    };
  }

  private @Nullable Number callHost(Frame frame, String name, List<Object> values) {
    ExternFunction function = functions.externs().get(name);
    if (function == null) {
      throw frame.error(
          "the external function '"
              + name
              + "' is not registered; registered are "
              + functions.externs().keySet(),
          "register it with Interpreter.withExtern");
    }
    return function.call(values);
  }

  private static InterpreterException refuse(Intrinsic intrinsic, String detail) {
    return new InterpreterException("T." + intrinsic.text + " " + detail + " can't be run", "", "");
  }

  private static long mask(DType dtype) {
    return dtype.bits() == 64 ? -1L : (1L << dtype.bits()) - 1;
  }

  /** Some lanes of a vector, from one on. */
  private Eval lanes(DType dtype, Expr vector, int first) {
    Eval v = exprs.compile(vector);
    return dtype.isFloat()
        ? Eval.ofDouble((f, lane) -> v.asDouble(f, first + lane))
        : Eval.ofLong((f, lane) -> v.asLong(f, first + lane));
  }

  private Eval combine(DType dtype, List<Expr> args) {
    Eval low = exprs.compile(args.get(0));
    Eval high = exprs.compile(args.get(1));
    int half = args.get(0).dtype().lanes();
    return dtype.isFloat()
        ? Eval.ofDouble((f, i) -> i < half ? low.asDouble(f, i) : high.asDouble(f, i - half))
        : Eval.ofLong((f, i) -> i < half ? low.asLong(f, i) : high.asLong(f, i - half));
  }

  private interface DoubleTest {
    boolean holds(double value);
  }

  private Eval floatTest(Expr arg, DoubleTest test) {
    Eval x = exprs.compile(arg);
    if (!arg.dtype().isFloat()) {
      boolean ofInteger = test.holds(0);
      return Eval.ofLong((f, lane) -> ofInteger ? 1 : 0);
    }
    return Eval.ofLong((f, lane) -> test.holds(x.asDouble(f, lane)) ? 1 : 0);
  }

  private interface LongOperator {
    long apply(long a, long b);
  }

  private Eval longs(List<Expr> args, LongOperator op) {
    Eval a = exprs.compile(args.get(0));
    Eval b = exprs.compile(args.get(1));
    return Eval.ofLong((f, lane) -> op.apply(a.asLong(f, lane), b.asLong(f, lane)));
  }

  /** By the width or more nothing is left; a negative number of bits means nothing. */
  private Eval shift(List<Expr> args, LongOperator op) {
    Eval a = exprs.compile(args.get(0));
    Eval by = exprs.compile(args.get(1));
    boolean unsigned = IntMath.isUnsigned(args.get(1).dtype());
    return Eval.ofLong(
        (f, lane) -> {
          long bits = by.asLong(f, lane);
          if (bits < 0 && !unsigned) {
            throw f.error("shift by " + bits + " bits", "shift by 0 bits or more");
          }
          return op.apply(a.asLong(f, lane), bits);
        });
  }

  private static Eval intPower(DType dtype, Eval base, Eval exponent, boolean unsigned) {
    return Eval.ofLong(
        (f, lane) -> {
          long b = base.asLong(f, lane);
          long e = exponent.asLong(f, lane);
          if (e < 0 && !unsigned) {
            return b == 1 ? 1 : b == -1 ? ((e & 1) == 0 ? 1 : -1) : 0;
          }
          long result = 1;
          for (; e != 0; e >>>= 1) {
            if ((e & 1) == 1) {
              result *= b;
            }
            b *= b;
          }
          return IntMath.wrap(dtype, result);
        });
  }

  private Eval fma(DType dtype, List<Expr> args) {
    Eval a = exprs.compile(args.get(0));
    Eval b = exprs.compile(args.get(1));
    Eval c = exprs.compile(args.get(2));
    if (!dtype.isFloat()) {
      return Eval.ofLong(
          (f, l) -> IntMath.wrap(dtype, a.asLong(f, l) * b.asLong(f, l) + c.asLong(f, l)));
    }
    if (dtype.equals(DType.FLOAT32)) {
      return Eval.ofDouble(
          (f, l) ->
              Math.fma(
                  (float) a.asDouble(f, l), (float) b.asDouble(f, l), (float) c.asDouble(f, l)));
    }
    return Eval.ofDouble(
        (f, l) ->
            Scalars.round(dtype, Math.fma(a.asDouble(f, l), b.asDouble(f, l), c.asDouble(f, l))));
  }

  /** {@code (x * y * 2^(-q-s+...))}: fixed-point multiply, rounded half up, as TVM defines it. */
  private Eval qMultiplyShift(DType dtype, List<Expr> args) {
    Eval x = exprs.compile(args.get(0));
    Eval y = exprs.compile(args.get(1));
    Eval q = exprs.compile(args.get(2));
    Eval s = exprs.compile(args.get(3));
    return Eval.ofLong(
        (f, lane) -> {
          long shift = s.asLong(f, 0);
          long value = shift > 0 ? x.asLong(f, lane) << shift : x.asLong(f, lane);
          long right = q.asLong(f, 0) + (shift > 0 ? 0 : -shift);
          long rounded = value * y.asLong(f, lane) + (1L << (right - 1));
          return IntMath.wrap(dtype, rounded >> right);
        });
  }

  private static Eval limit(DType dtype, boolean max) {
    if (dtype.isFloat()) {
      double largest =
          switch (dtype.code()) {
            case FLOAT ->
                dtype.bits() == 64
                    ? Double.MAX_VALUE
                    : dtype.bits() == 32 ? Float.MAX_VALUE : 65504;
            case BFLOAT -> Float.intBitsToFloat(0x7F7F0000);
            case FLOAT8_E4M3 -> 448;
            default -> 57344;
          };
      return Eval.ofDouble((f, lane) -> max ? largest : -largest);
    }
    long value;
    if (IntMath.isUnsigned(dtype) || dtype.isBool()) {
      value = max ? IntMath.wrap(dtype, -1) : 0;
    } else {
      long lowest = -1L << (dtype.bits() - 1);
      value = max ? ~lowest : lowest;
    }
    return Eval.ofLong((f, lane) -> value);
  }

  private Eval reinterpret(DType to, Expr arg) {
    DType from = arg.dtype();
    if (from.bytes() != to.bytes() || from.lanes() != to.lanes()) {
      throw refuse(Intrinsic.REINTERPRET, "from " + from + " to " + to);
    }
    if (to.isHandle() || from.isHandle()) {
      return exprs.compile(arg);
    }
    Eval value = exprs.compile(arg);
    DType source = from.scalar();
    DType target = to.scalar();
    Eval.OfLong bits =
        source.isFloat()
            ? (f, lane) -> {
              MemorySegment cell = MemorySegment.ofArray(new long[1]);
              Scalars.setFloat(source, cell, 0, value.asDouble(f, lane));
              return cell.get(java.lang.foreign.ValueLayout.JAVA_LONG, 0);
            }
            : value::asLong;
    if (!target.isFloat()) {
      return Eval.ofLong((f, lane) -> IntMath.wrap(target, bits.apply(f, lane)));
    }
    return Eval.ofDouble(
        (f, lane) -> {
          MemorySegment cell = MemorySegment.ofArray(new long[] {bits.apply(f, lane)});
          return Scalars.getFloat(target, cell, 0);
        });
  }

  /** Dot product of four 8-bit lanes packed in each operand, added to the third. */
  private Eval dp4a(List<Expr> args) {
    Eval a = exprs.compile(args.get(0));
    Eval b = exprs.compile(args.get(1));
    Eval c = exprs.compile(args.get(2));
    boolean unsignedA = IntMath.isUnsigned(args.get(0).dtype());
    boolean unsignedB = IntMath.isUnsigned(args.get(1).dtype());
    return Eval.ofLong(
        (f, lane) -> {
          long sum = c.asLong(f, lane);
          for (int i = 0; i < 4; i++) {
            sum += lane8(a.asLong(f, lane), i, unsignedA) * lane8(b.asLong(f, lane), i, unsignedB);
          }
          return IntMath.wrap(args.get(2).dtype().scalar(), sum);
        });
  }

  private static long lane8(long packed, int i, boolean unsigned) {
    byte value = (byte) (packed >> (8 * i));
    return unsigned ? value & 0xFF : value;
  }

  /** {@code tvm_access_ptr(type, data, offset, extent, mask)}. */
  private Eval accessPtr(List<Expr> args) {
    Eval data = exprs.compile(args.get(1));
    Eval offset = exprs.compile(args.get(2));
    DType element = args.get(0).dtype();
    return Eval.ofObject(
        f -> {
          Object memory = data.asObject(f);
          if (memory instanceof Memory m) {
            return new Pointer(m, offset.asLong(f) * element.bytes(), element);
          }
          throw f.error("T.tvm_access_ptr of a pointer without memory", "");
        });
  }

  private interface DoubleCombine {
    double apply(double a, double b);
  }

  /** Combines a value with what a pointer points to; gives what was there before. */
  private Eval atomic(List<Expr> args, DoubleCombine floats, LongOperator ints) {
    Eval pointer = exprs.compile(args.get(0));
    Eval value = exprs.compile(args.get(1));
    DType scalar = args.get(1).dtype().scalar();
    if (scalar.isFloat()) {
      return Eval.ofDouble(
          (f, lane) -> {
            Pointer p = pointed(f, pointer);
            double old = p.get(0);
            p.set(0, Scalars.round(scalar, floats.apply(old, value.asDouble(f, 0))));
            return old;
          });
    }
    return Eval.ofLong(
        (f, lane) -> {
          Pointer p = pointed(f, pointer);
          long old = p.getLong(0);
          p.setLong(0, ints.apply(old, value.asLong(f, 0)));
          return old;
        });
  }

  private static Pointer pointed(Frame frame, Eval pointer) {
    return switch (pointer.asObject(frame)) {
      case Pointer p -> p;
      case Memory memory -> new Pointer(memory, 0, memory.element);
      default -> throw frame.error("an atomic operation's address points to no memory", "");
    };
  }

  private interface HostCall {
    @Nullable Number call(Frame frame, List<Object> values);
  }

  private interface HostArg {
    Object value(Frame frame);
  }

  private List<HostArg> hostArgs(List<Expr> args) {
    List<HostArg> result = new ArrayList<>();
    for (Expr arg : args) {
      Eval compiled = exprs.compile(arg);
      DType dtype = arg.dtype();
      if (dtype.isFloat()) {
        result.add(f -> compiled.asDouble(f, 0));
      } else if (dtype.isHandle() || dtype.equals(DType.STRING)) {
        result.add(f -> hostPointer(compiled.asObject(f)));
      } else {
        result.add(f -> compiled.asLong(f, 0));
      }
    }
    return result;
  }

  private static Object hostPointer(Object value) {
    return value instanceof Memory memory ? new Pointer(memory, 0, memory.element) : value;
  }

  private static Eval number(DType dtype, List<HostArg> args, HostCall call) {
    DType scalar = dtype.scalar();
    if (scalar.isFloat()) {
      return Eval.ofDouble(
          (f, lane) -> {
            Number result = invoke(f, args, call);
            return result == null ? 0 : Scalars.round(scalar, result.doubleValue());
          });
    }
    boolean hasValue = scalar.isInt() || scalar.isBool();
    if (scalar.isHandle()) {
      // Nobody has a use for the pointers that host functions could give.
      return Eval.ofObject(
          f -> {
            Number result = invoke(f, args, call);
            return result == null ? 0L : result;
          });
    }
    return Eval.ofLong(
        (f, lane) -> {
          Number result = invoke(f, args, call);
          return result == null || !hasValue ? 0 : IntMath.wrap(scalar, result.longValue());
        });
  }

  private static @Nullable Number invoke(Frame frame, List<HostArg> args, HostCall call) {
    List<Object> values = new ArrayList<>();
    for (HostArg arg : args) {
      values.add(arg.value(frame));
    }
    return call.call(frame, values);
  }
}
