package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.Expr;

/**
 * Operations on vectors that OpenCL C has no operator for, as helper functions. Comparisons of
 * vectors give −1 or 0 in the operands' width ("The OpenCL C Specification", version 1.2, 6.3.d).
 */
final class OpenClVectors {
  private final OpenClDialect dialect;
  private final Helpers helpers;

  OpenClVectors(OpenClDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /** {@code a // b} of signed integers. */
  Code floorQuotient(DType dtype, Code a, Code b) {
    String body =
        "  return a / b + ((a % b != zero) & ((a < zero) != (b < zero)));\n";
    return binary("weft_floordiv_", "/* a / b, rounded towards minus infinity */\n", body, dtype, a, b);
  }

  /** {@code floormod(a, b)} of signed integers or floats. */
  Code floorRemainder(DType dtype, Code a, Code b) {
    String differ = "(r != zero) & ((r < zero) != (b < zero))";
    String body =
        "  const %s r = %s;\n".formatted(dialect.type(dtype), dtype.isFloat() ? "fmod(a, b)" : "a % b")
            + (dtype.isFloat()
                ? "  return select(r, r + b, %s);\n".formatted(differ)
                : "  return r + (b & (%s));\n".formatted(differ));
    return binary("weft_floormod_", "/* a - floor(a / b) * b */\n", body, dtype, a, b);
  }

  private Code zero(DType dtype) {
    return dtype.isFloat()
        ? dialect.floatLiteral(dtype.scalar(), 0)
        : dialect.intLiteral(dtype.scalar(), 0);
  }

  private Code binary(String prefix, String comment, String body, DType dtype, Code a, Code b) {
    String type = dialect.type(dtype);
    String name = prefix + type;
    // A literal of C's int must not meet a vector of narrower integers (6.2.6).
    String zero = dialect.broadcast(dtype, zero(dtype)).text();
    String head =
        "static inline %1$s %2$s(%1$s a, %1$s b) {\n  const %1$s zero = %3$s;\n"
            .formatted(type, name, zero);
    return Code.call(helpers.use(name, comment + head + body + "}\n"), a, b);
  }

  /** OpenCL takes a shift modulo the width; by the width or more nothing but the sign is left. */
  Code shift(DType dtype, boolean left, Expr by, Code a, Code b) {
    DType unsigned = OpenClIntrinsics.unsigned(dtype);
    boolean signed = dtype.code() == DType.Code.INT;
    if (by instanceof Expr.Broadcast(Expr.IntImm(DType t, long value), int lanes)
        && value >= 0
        && value < dtype.bits()) {
      Code count = dialect.broadcast(unsigned, dialect.intLiteral(unsigned.scalar(), value));
      return left
          ? dialect.reinterpret(
              unsigned,
              dtype,
              Code.binary(dialect.reinterpret(dtype, unsigned, a), "<<", count, Code.SHIFT))
          : Code.binary(a, ">>", count, Code.SHIFT);
    }
    String type = dialect.type(dtype);
    String counts = dialect.type(unsigned);
    String name = (left ? "weft_shl_" : "weft_shr_") + type;
    String bits = dialect.broadcast(unsigned, literal(unsigned, dtype.bits())).text();
    String last = dialect.broadcast(unsigned, literal(unsigned, dtype.bits() - 1L)).text();
    String zero = dialect.broadcast(dtype, dialect.intLiteral(dtype.scalar(), 0)).text();
    String shifted = left && signed ? "as_%s(as_%s(a) << b)".formatted(type, counts) : "a << b";
    String body =
        !left && signed
            ? "a >> min(b, %s)".formatted(last)
            : "select(%s, %s, b < %s)".formatted(zero, left ? shifted : "a >> b", bits);
    String definition =
        "/* shifted by the width or more, nothing but the sign is left */\n"
            + "static inline %s %s(%s a, %s b) {\n  return %s;\n}\n"
                .formatted(type, name, type, counts, body);
    return Code.call(helpers.use(name, definition), a, counts(by.dtype(), unsigned, b));
  }

  private Code literal(DType dtype, long value) {
    return dialect.intLiteral(dtype.scalar(), value);
  }

  /** What to shift by as unsigned numbers of the operand's width: negative numbers are large. */
  private Code counts(DType from, DType unsigned, Code by) {
    DType positive = OpenClIntrinsics.unsigned(from);
    if (from.bits() <= unsigned.bits()) {
      DType wide = new DType(from.code(), unsigned.bits(), unsigned.lanes());
      Code widened = from.equals(wide) ? by : dialect.convert(from, wide, by);
      return dialect.reinterpret(wide, unsigned, widened);
    }
    Code bits = dialect.reinterpret(from, positive, by);
    return Code.call("convert_" + dialect.type(unsigned) + "_sat", bits);
  }
}
