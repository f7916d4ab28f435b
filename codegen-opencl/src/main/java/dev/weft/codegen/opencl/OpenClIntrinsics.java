package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.codegen.c.IntegerPower;
import dev.weft.codegen.c.MathFunctions;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What each intrinsic is in OpenCL C 1.2. */
final class OpenClIntrinsics {
  private final OpenClDialect dialect;
  private final Helpers helpers;

  OpenClIntrinsics(OpenClDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  @Nullable Code call(DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    String function = dtype.isFloat() ? MathFunctions.name(intrinsic) : null;
    if (function != null) {
      return Code.call(function, args.toArray(Code[]::new));
    }
    return switch (intrinsic) {
      case FLOOR, CEIL, TRUNC, ROUND, NEARBYINT -> args.get(0);
      case ABS ->
          dtype.isFloat()
              ? Code.call("fabs", args.get(0))
              : dtype.code() == DType.Code.UINT
                  ? args.get(0)
                  : dialect.reinterpret(unsigned(dtype), dtype, Code.call("abs", args.get(0)));
      case POW -> power(dtype, exprs.get(1).dtype(), args);
      case SIGMOID -> sigmoid(dtype, args.get(0));
      case FMA ->
          dtype.isFloat()
              ? Code.call("fma", args.toArray(Code[]::new))
              : Code.binary(
                  Code.binary(args.get(0), "*", args.get(1), Code.MULTIPLICATIVE),
                  "+",
                  args.get(2),
                  Code.ADDITIVE);
      case LDEXP -> Code.call("ldexp", args.get(0), asInt(exprs.get(1), args.get(1)));
      case ISNAN -> test("isnan", exprs.get(0), args.get(0));
      case ISINF -> test("isinf", exprs.get(0), args.get(0));
      case ISFINITE -> test("isfinite", exprs.get(0), args.get(0));
      case POPCOUNT, CLZ -> {
        String name = intrinsic == Intrinsic.CLZ ? "clz" : "popcount";
        yield dialect.convert(exprs.get(0).dtype(), dtype, Code.call(name, args.get(0)));
      }
      case BITWISE_AND -> bitwise(dtype, args, "&", "&&", Code.BIT_AND);
      case BITWISE_OR -> bitwise(dtype, args, "|", "||", Code.BIT_OR);
      case BITWISE_XOR -> bitwise(dtype, args, "^", "!=", Code.BIT_XOR);
      case BITWISE_NOT ->
          dtype.isBool() && !dtype.isVector()
              ? Code.unary("!", args.get(0))
              : narrowed(dtype, Code.unary("~", args.get(0)));
      case SHIFT_LEFT -> shift(dtype, true, exprs.get(1), args);
      case SHIFT_RIGHT -> shift(dtype, false, exprs.get(1), args);
      case MIN_VALUE -> limit(dtype, false);
      case MAX_VALUE -> limit(dtype, true);
      case INFINITY -> dialect.floatLiteral(dtype, Double.POSITIVE_INFINITY);
      case ATOMIC_ADD -> atomic(dtype, "atomic_add", args);
      case ATOMIC_MAX -> atomic(dtype, "atomic_max", args);
      case ATOMIC_MIN -> atomic(dtype, "atomic_min", args);
      default -> null;
    };
  }

  static DType unsigned(DType dtype) {
    return new DType(DType.Code.UINT, dtype.bits(), dtype.lanes());
  }

  /** Of vectors lane by lane: how often a lane multiplies depends on its exponent. */
  private Code power(DType base, DType exponent, List<Code> args) {
    String scalar = IntegerPower.scalar(dialect, helpers, base.scalar(), exponent.scalar());
    if (!base.isVector()) {
      return Code.call(scalar, args.get(0), args.get(1));
    }
    String type = dialect.type(base);
    String exponentType = dialect.type(exponent);
    String name = IntegerPower.name(type, exponentType);
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < base.lanes(); i++) {
      String a = dialect.lane(Code.primary("a"), i, base.lanes()).text();
      String b = dialect.lane(Code.primary("b"), i, base.lanes()).text();
      body.append("  %1$s = %2$s(%1$s, %3$s);\n".formatted(a, scalar, b));
    }
    String head = "static inline %s %s(%s a, %s b) {\n".formatted(type, name, type, exponentType);
    return Code.call(helpers.use(name, head + body + "  return a;\n}\n"), args.get(0), args.get(1));
  }

  private Code sigmoid(DType dtype, Code x) {
    Code one = dialect.floatLiteral(dtype.scalar(), 1);
    Code denominator = Code.binary(one, "+", Code.call("exp", Code.unary("-", x)), Code.ADDITIVE);
    return Code.binary(one, "/", denominator, Code.MULTIPLICATIVE);
  }

  private Code asInt(Expr expr, Code code) {
    DType wanted = DType.INT32.withLanes(expr.dtype().lanes());
    return expr.dtype().equals(wanted) ? code : dialect.convert(expr.dtype(), wanted, code);
  }

  /** The built-in tests give 0 or 1 for scalars, 0 or −1 in the operand's width for vectors. */
  private Code test(String function, Expr operand, Code arg) {
    DType dtype = operand.dtype();
    Code result = Code.call(function, arg);
    return dtype.isVector()
        ? dialect.compareVector(dtype, result)
        : Code.binary(result, "!=", Code.primary("0"), Code.EQUALITY);
  }

  private Code bitwise(
      DType dtype, List<Code> args, String operator, String logic, int precedence) {
    if (dtype.isBool() && !dtype.isVector()) {
      int logical =
          switch (logic) {
            case "&&" -> Code.AND;
            case "||" -> Code.OR;
            default -> Code.EQUALITY;
          };
      return Code.binary(args.get(0), logic, args.get(1), logical);
    }
    return narrowed(dtype, Code.binary(args.get(0), operator, args.get(1), precedence));
  }

  private Code narrowed(DType dtype, Code code) {
    return dtype.bits() < 32 && !dtype.isVector() && dtype.isInt()
        ? Code.cast(dialect.type(dtype), code)
        : code;
  }

  /** OpenCL takes the shift modulo the width; by the width or more nothing is left. */
  private Code shift(DType dtype, boolean left, Expr by, List<Code> args) {
    if (dtype.isVector()) {
      return new OpenClVectors(dialect, helpers).shift(dtype, left, by, args.get(0), args.get(1));
    }
    boolean inRange =
        by instanceof Expr.IntImm(DType t, long value) && value >= 0 && value < dtype.bits();
    if (inRange && !(left && dtype.code() == DType.Code.INT)) {
      return narrowed(dtype, Code.binary(args.get(0), left ? "<<" : ">>", args.get(1), Code.SHIFT));
    }
    String type = dialect.type(dtype);
    String bits = String.valueOf(dtype.bits());
    String name = (left ? "weft_shl_" : "weft_shr_") + type;
    String unsignedType = dialect.type(unsigned(dtype));
    boolean signed = dtype.code() == DType.Code.INT;
    String beyond = left || !signed ? "0" : "(a < 0 ? -1 : 0)";
    String shifted =
        left ? "(%s)((%s)a << b)".formatted(type, unsignedType) : "(%s)(a >> b)".formatted(type);
    String definition =
        "/* shifted by the width or more, nothing but the sign is left */\n"
            + "static inline %s %s(%s a, long b) {\n  return b >= 0 && b < %s ? %s : %s;\n}\n"
                .formatted(type, name, type, bits, shifted, beyond);
    return Code.call(helpers.use(name, definition), args.get(0), args.get(1));
  }

  private Code limit(DType dtype, boolean max) {
    if (dtype.isFloat()) {
      double largest =
          dtype.bits() == 64 ? Double.MAX_VALUE : dtype.bits() == 32 ? Float.MAX_VALUE : 65504;
      return dialect.floatLiteral(dtype, max ? largest : -largest);
    }
    if (dtype.code() == DType.Code.UINT || dtype.isBool()) {
      return dialect.intLiteral(dtype, max ? -1L >>> (64 - dtype.bits()) : 0);
    }
    long lowest = -1L << (dtype.bits() - 1);
    return dialect.intLiteral(dtype, max ? ~lowest : lowest);
  }

  private Code atomic(DType dtype, String function, List<Code> args) {
    if (dtype.isInt() && dtype.bits() == 32) {
      return Code.call(function, args.get(0), args.get(1));
    }
    if (dtype.equals(DType.FLOAT32)) {
      String name = "weft_" + function + "_float";
      String combined =
          switch (function) {
            case "atomic_add" -> "old + value";
            case "atomic_max" -> "fmax(old, value)";
            default -> "fmin(old, value)";
          };
      String definition =
          "static inline float %s(volatile __global float* p, float value) {\n".formatted(name)
              + "  float old = *p;\n  for (;;) {\n"
              + "    uint seen = atomic_cmpxchg((volatile __global uint*)p, as_uint(old), as_uint("
              + combined
              + "));\n"
              + "    if (seen == as_uint(old)) return old;\n    old = as_float(seen);\n  }\n}\n";
      return Code.call(helpers.use(name, definition), args.get(0), args.get(1));
    }
    throw new CodegenException(
        "OpenCL C 1.2 has no " + function + " on " + dtype, "", "use 32-bit integers or float32");
  }
}
