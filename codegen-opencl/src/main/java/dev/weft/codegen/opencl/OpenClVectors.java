package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.Division;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.BinaryOp;
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

  /** A division that OpenCL C has no operator for, of signed integers; of floats floormod. */
  Code divide(BinaryOp op, DType dtype, boolean wraps, Code a, Code b) {
    return Code.call(division(op, dtype, wraps), a, b);
  }

  private String division(BinaryOp op, DType dtype, boolean wraps) {
    String type = dialect.type(dtype);
    String name = Division.name(op, wraps, type);
    String body =
        wraps
            ? wrapping(op, dtype)
            : op == BinaryOp.FLOOR_DIV
                ? "  return a / b + ((a % b != zero) & ((a < zero) != (b < zero)));\n"
                : remainder(dtype);
    String zero = wraps ? "" : "  const %s zero = %s;\n".formatted(type, literal(dtype, 0));
    return helpers.use(
        name,
        Division.comment(op, wraps)
            + "static inline %1$s %2$s(%1$s a, %1$s b) {\n".formatted(type, name)
            + zero
            + body
            + "}\n");
  }

  private String remainder(DType dtype) {
    String differ = "(r != zero) & ((r < zero) != (b < zero))";
    String truncated = dtype.isFloat() ? "fmod(a, b)" : "a % b";
    return "  const %s r = %s;\n".formatted(dialect.type(dtype), truncated)
        + (dtype.isFloat()
            ? "  return select(r, r + b, %s);\n".formatted(differ)
            : "  return r + (b & (%s));\n".formatted(differ));
  }

  /** Divided by 1 instead of −1, which gives the remainder 0 and the number to be negated. */
  private String wrapping(BinaryOp op, DType dtype) {
    String type = dialect.type(dtype);
    String quotient =
        switch (op) {
          case DIV -> "a / d";
          case MOD -> "a % d";
          default -> division(op, dtype, false) + "(a, d)";
        };
    String unsigned = dialect.type(OpenClIntrinsics.unsigned(dtype));
    return "  const %s m = b == %s;\n".formatted(type, literal(dtype, -1))
        + "  const %s d = select(b, %s, m);\n".formatted(type, literal(dtype, 1))
        + (Division.isRemainder(op)
            ? "  return %s;\n".formatted(quotient)
            : "  return select(%s, as_%s(-as_%s(a)), m);\n".formatted(quotient, type, unsigned));
  }

  /**
   * All lanes the same. A literal of C's int must not meet a vector of narrower integers (6.2.6).
   */
  private String literal(DType dtype, long value) {
    Code code =
        dtype.isFloat()
            ? dialect.floatLiteral(dtype.scalar(), (double) value)
            : dialect.intLiteral(dtype.scalar(), value);
    return dialect.broadcast(dtype, code).text();
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
    String bits = literal(unsigned, dtype.bits());
    String last = literal(unsigned, dtype.bits() - 1L);
    String zero = literal(dtype, 0);
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
