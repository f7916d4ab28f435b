package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.codegen.c.IntegerPower;
import dev.weft.codegen.c.MathFunctions;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What each intrinsic is in CUDA C. */
final class CudaIntrinsics {
  private final CudaDialect dialect;
  private final Helpers helpers;

  CudaIntrinsics(CudaDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  @Nullable Code call(DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    Code threads = new CudaThreadIntrinsics(dialect, helpers).call(dtype, intrinsic, exprs, args);
    if (threads != null) {
      return threads;
    }
    List<DType> types = exprs.stream().map(Expr::dtype).toList();
    boolean lanewise = dtype.isVector() && !isBitwise(intrinsic);
    return lanewise
        ? vector(dtype, intrinsic, types, args)
        : scalar(dtype, intrinsic, types, args, constant(exprs));
  }

  /** The last operand, if it is a constant: what a shift is by. */
  private static @Nullable Long constant(List<Expr> exprs) {
    return !exprs.isEmpty() && exprs.getLast() instanceof Expr.IntImm(DType t, long value)
        ? value
        : null;
  }

  /** What the operators of vectors do for all lanes at once. */
  private static boolean isBitwise(Intrinsic intrinsic) {
    return switch (intrinsic) {
      case BITWISE_AND, BITWISE_OR, BITWISE_XOR, BITWISE_NOT, MIN_VALUE, MAX_VALUE, INFINITY ->
          true;
      default -> false;
    };
  }

  private @Nullable Code vector(
      DType dtype, Intrinsic intrinsic, List<DType> types, List<Code> args) {
    List<DType> scalars = types.stream().map(DType::scalar).toList();
    List<Code> names = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      names.add(Code.primary("abc".substring(i, i + 1)));
    }
    Code body = scalar(dtype.scalar(), intrinsic, scalars, names, null);
    if (body == null) {
      return null;
    }
    StringBuilder params = new StringBuilder();
    StringBuilder suffix = new StringBuilder();
    for (int i = 0; i < args.size(); i++) {
      params.append(i == 0 ? "" : ", ").append(dialect.type(scalars.get(i))).append(" ");
      params.append(names.get(i).text());
      suffix.append("_").append(scalars.get(i));
    }
    String name = "weft_lane_" + intrinsic.text + suffix;
    helpers.use(
        name,
        "WEFT_DEVICE %s %s(%s) {\n  return %s;\n}\n"
            .formatted(dialect.type(dtype.scalar()), name, params, body.text()));
    return dialect.mapped(name, dtype, types, args);
  }

  private @Nullable Code scalar(
      DType dtype,
      Intrinsic intrinsic,
      List<DType> types,
      List<Code> args,
      @Nullable Long constant) {
    boolean narrow = dtype.isFloat() && dtype.bits() < 32 && !args.isEmpty();
    if (narrow && intrinsic == Intrinsic.NEXTAFTER) {
      return null;
    }
    if (narrow && (throughFloat(intrinsic) || (intrinsic == Intrinsic.FMA && dtype.bits() == 8))) {
      List<DType> wide = new ArrayList<>();
      List<Code> wideArgs = new ArrayList<>();
      for (int i = 0; i < args.size(); i++) {
        boolean isFloat = types.get(i).isFloat();
        wide.add(isFloat ? DType.FLOAT32 : types.get(i));
        wideArgs.add(
            isFloat ? dialect.convert(types.get(i), DType.FLOAT32, args.get(i)) : args.get(i));
      }
      Code result = scalar(DType.FLOAT32, intrinsic, wide, wideArgs, constant);
      return result == null ? null : dialect.convert(DType.FLOAT32, dtype, result);
    }
    String function = dtype.isFloat() ? MathFunctions.name(intrinsic) : null;
    if (function != null) {
      return Code.call(function + (dtype.bits() == 32 ? "f" : ""), args.toArray(Code[]::new));
    }
    return switch (intrinsic) {
      // Of integers.
      case FLOOR, CEIL, TRUNC, ROUND, NEARBYINT -> args.get(0);
      case ABS -> abs(dtype, args.get(0));
      case POW ->
          Code.call(
              IntegerPower.scalar(dialect, helpers, dtype, types.get(1)), args.get(0), args.get(1));
      case SIGMOID -> sigmoid(dtype, args.get(0));
      case FMA -> fma(dtype, args);
      case LDEXP ->
          Code.call(
              dtype.bits() == 32 ? "ldexpf" : "ldexp",
              args.get(0),
              dialect.convert(types.get(1), DType.INT32, args.get(1)));
      case ISNAN, ISINF, ISFINITE -> test(intrinsic, types.get(0), args.get(0));
      case POPCOUNT, CLZ -> count(intrinsic, dtype, types.get(0), args.get(0));
      case BITWISE_AND -> bitwise(dtype, args, "&", "&&", Code.BIT_AND, Code.AND);
      case BITWISE_OR -> bitwise(dtype, args, "|", "||", Code.BIT_OR, Code.OR);
      case BITWISE_XOR -> bitwise(dtype, args, "^", "!=", Code.BIT_XOR, Code.EQUALITY);
      case BITWISE_NOT ->
          dtype.isBool() && !dtype.isVector()
              ? Code.unary("!", args.get(0))
              : narrowed(dtype, Code.unary("~", args.get(0)));
      case SHIFT_LEFT -> shift(dtype, true, constant, args);
      case SHIFT_RIGHT -> shift(dtype, false, constant, args);
      case MIN_VALUE -> spread(dtype, limit(dtype.scalar(), false));
      case MAX_VALUE -> spread(dtype, limit(dtype.scalar(), true));
      case INFINITY ->
          spread(dtype, dialect.floatLiteral(dtype.scalar(), Double.POSITIVE_INFINITY));
      case DP4A -> dp4a(dtype, types, args);
      default -> null;
    };
  }

  /** Whether a function of 16-bit floats may be computed as one of floats, rounded again. */
  private static boolean throughFloat(Intrinsic intrinsic) {
    return switch (intrinsic) {
      case FMA, ABS, MIN_VALUE, MAX_VALUE, INFINITY, NEXTAFTER -> false;
      default -> true;
    };
  }

  private Code abs(DType dtype, Code x) {
    if (dtype.isFloat()) {
      if (dtype.bits() >= 32) {
        return Code.call(dtype.bits() == 32 ? "fabsf" : "fabs", x);
      }
      String type = dialect.type(dtype);
      String mask = dtype.bits() == 16 ? "0x7fff" : "0x7f";
      String bits = dtype.bits() == 16 ? "(unsigned short)" : "(unsigned char)";
      return Code.primary(type + "{" + bits + "(" + x.at(Code.PRIMARY) + ".bits & " + mask + ")}");
    }
    if (dtype.code() == DType.Code.UINT) {
      return x;
    }
    String type = dialect.type(dtype);
    String unsigned = dialect.type(new DType(DType.Code.UINT, dtype.bits(), 1));
    String name = "weft_abs_" + type;
    String definition =
        "WEFT_DEVICE %s %s(%s a) {\n  return a < 0 ? (%s)(0 - (%s)a) : a;\n}\n"
            .formatted(type, name, type, type, unsigned);
    return Code.call(helpers.use(name, definition), x);
  }

  private Code sigmoid(DType dtype, Code x) {
    Code one = dialect.floatLiteral(dtype, 1);
    Code exp = Code.call(dtype.bits() == 32 ? "expf" : "exp", Code.unary("-", x));
    Code denominator = Code.binary(one, "+", exp, Code.ADDITIVE);
    return Code.binary(one, "/", denominator, Code.MULTIPLICATIVE);
  }

  private Code fma(DType dtype, List<Code> args) {
    if (dtype.isFloat()) {
      return Code.call(dtype.bits() == 32 ? "fmaf" : "fma", args.toArray(Code[]::new));
    }
    Code product = Code.binary(args.get(0), "*", args.get(1), Code.MULTIPLICATIVE);
    return narrowed(dtype, Code.binary(product, "+", args.get(2), Code.ADDITIVE));
  }

  private Code test(Intrinsic intrinsic, DType operand, Code x) {
    if (!operand.isFloat()) {
      return Code.primary(intrinsic == Intrinsic.ISFINITE ? "true" : "false");
    }
    if (operand.bits() < 32) {
      return test(intrinsic, DType.FLOAT32, dialect.convert(operand, DType.FLOAT32, x));
    }
    Code magnitude = Code.call(operand.bits() == 32 ? "fabsf" : "fabs", x);
    Code infinity = dialect.floatLiteral(operand, Double.POSITIVE_INFINITY);
    return switch (intrinsic) {
      // Of NaN's magnitude no comparison but this one holds.
      case ISNAN -> Code.unary("!", Code.binary(magnitude, "<=", infinity, Code.RELATIONAL));
      case ISINF -> Code.binary(magnitude, "==", infinity, Code.EQUALITY);
      default -> Code.binary(magnitude, "<", infinity, Code.RELATIONAL);
    };
  }

  /** Of the bits of the operand's own width. */
  private Code count(Intrinsic intrinsic, DType dtype, DType operand, Code x) {
    DType unsigned = new DType(DType.Code.UINT, operand.bits(), 1);
    boolean wide = operand.bits() == 64;
    Code bits = operand.bits() < 32 ? Code.cast(dialect.type(unsigned), x) : x;
    Code counted;
    if (intrinsic == Intrinsic.POPCOUNT) {
      counted = Code.call(wide ? "__popcll" : "__popc", bits);
    } else {
      counted = Code.call(wide ? "__clzll" : "__clz", bits);
      if (operand.bits() < 32) {
        Code above = Code.primary(String.valueOf(32 - operand.bits()));
        counted = Code.binary(counted, "-", above, Code.ADDITIVE);
      }
    }
    return dialect.convert(DType.INT32, dtype, counted);
  }

  private Code bitwise(
      DType dtype, List<Code> args, String operator, String logic, int bit, int logical) {
    return dtype.isBool() && !dtype.isVector()
        ? Code.binary(args.get(0), logic, args.get(1), logical)
        : narrowed(dtype, Code.binary(args.get(0), operator, args.get(1), bit));
  }

  private Code narrowed(DType dtype, Code code) {
    return dtype.bits() < 32 && !dtype.isVector() && dtype.isInt()
        ? Code.cast(dialect.type(dtype), code)
        : code;
  }

  /** By the width or more, C leaves the result open. */
  private Code shift(DType dtype, boolean left, @Nullable Long by, List<Code> args) {
    boolean inRange = by != null && by >= 0 && by < dtype.bits();
    if (inRange && !(left && dtype.code() == DType.Code.INT)) {
      return narrowed(dtype, Code.binary(args.get(0), left ? "<<" : ">>", args.get(1), Code.SHIFT));
    }
    String type = dialect.type(dtype);
    String name = (left ? "weft_shl_" : "weft_shr_") + type;
    String unsigned = dialect.type(new DType(DType.Code.UINT, dtype.bits(), 1));
    boolean signed = dtype.code() == DType.Code.INT;
    String beyond = left || !signed ? "0" : "(a < 0 ? -1 : 0)";
    String shifted =
        left ? "(%s)((%s)a << b)".formatted(type, unsigned) : "(%s)(a >> b)".formatted(type);
    String definition =
        "/* shifted by the width or more, nothing but the sign is left */\n"
            + "WEFT_DEVICE %s %s(%s a, long long b) {\n".formatted(type, name, type)
            + "  return b >= 0 && b < %d ? %s : %s;\n}\n".formatted(dtype.bits(), shifted, beyond);
    return Code.call(helpers.use(name, definition), args.get(0), args.get(1));
  }

  private Code spread(DType dtype, Code value) {
    return dtype.isVector() ? dialect.broadcast(dtype, value) : value;
  }

  private Code limit(DType dtype, boolean max) {
    if (dtype.isFloat()) {
      double largest =
          switch (dtype.code()) {
            case BFLOAT -> 0x1.FEp127;
            case FLOAT8_E4M3 -> 448;
            case FLOAT8_E5M2 -> 57344;
            default ->
                switch (dtype.bits()) {
                  case 64 -> Double.MAX_VALUE;
                  case 32 -> (double) Float.MAX_VALUE;
                  default -> 65504;
                };
          };
      return dialect.floatLiteral(dtype, max ? largest : -largest);
    }
    if (dtype.code() == DType.Code.UINT || dtype.isBool()) {
      return dialect.intLiteral(dtype, max ? -1L >>> (64 - dtype.bits()) : 0);
    }
    long lowest = -1L << (dtype.bits() - 1);
    return dialect.intLiteral(dtype, max ? ~lowest : lowest);
  }

  /** The dot product of four 8-bit integers, added to a 32-bit one. */
  private Code dp4a(DType dtype, List<DType> types, List<Code> args) {
    boolean fits =
        types.size() == 3
            && types.get(0).bits() * types.get(0).lanes() == 32
            && types.get(1).bits() * types.get(1).lanes() == 32
            && types.get(0).code() == types.get(1).code();
    if (!fits) {
      throw new CodegenException(
          "T.dp4a of " + types, "", "give it two vectors of four 8-bit integers and a 32-bit one");
    }
    DType word = new DType(types.get(0).code(), 32, 1);
    return Code.cast(
        dialect.type(dtype),
        Code.call(
            "__dp4a",
            dialect.reinterpret(types.get(0), word, args.get(0)),
            dialect.reinterpret(types.get(1), word, args.get(1)),
            Code.cast(dialect.type(word), args.get(2))));
  }
}
