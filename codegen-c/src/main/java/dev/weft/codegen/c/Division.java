package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.List;

/**
 * Divisions that C has no operator for, as helper functions: rounded towards minus infinity, and
 * those of signed integers that wrap around.
 *
 * <p>The smallest number divided by −1 does not fit its type: C leaves the result open, and a CPU
 * raises a signal that ends the process. A remainder of floats is exact: {@code a - floor(a / b) *
 * b} is not, and is NaN where b is infinite.
 */
public final class Division {
  private final CDialect dialect;
  private final Helpers helpers;

  Division(CDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /**
   * A division or remainder.
   *
   * @param op {@code DIV}, {@code MOD}, {@code FLOOR_DIV} or {@code FLOOR_MOD}
   * @param dtype signed integers; floats for {@code FLOOR_MOD} too
   * @param wraps whether the smallest number may be divided by −1
   */
  Code call(BinaryOp op, DType dtype, boolean wraps, Code a, Code b) {
    return dtype.isVector()
        ? dialect.divideVectors(op, dtype, wraps, a, b, t -> scalar(op, t, wraps), helpers)
        : Code.call(scalar(op, dtype, wraps), a, b);
  }

  /** What the function of a type is called. */
  public static String name(BinaryOp op, boolean wraps, String type) {
    String operation =
        switch (op) {
          case DIV -> "truncdiv";
          case MOD -> "truncmod";
          case FLOOR_DIV -> "floordiv";
          case FLOOR_MOD -> "floormod";
          case ADD, SUB, MUL, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR ->
              throw new IllegalArgumentException(op + " is no division");
        };
    return "weft_" + operation + (wraps ? "_wrap_" : "_") + type;
  }

  /** What the function does, as a comment on a line of its own. */
  public static String comment(BinaryOp op, boolean wraps) {
    return wraps
        ? "/* the smallest number divided by -1 wraps around */\n"
        : op == BinaryOp.FLOOR_DIV
            ? "/* a / b, rounded towards minus infinity */\n"
            : "/* a - floor(a / b) * b */\n";
  }

  /** Whether an operation gives what is left by a division. */
  public static boolean isRemainder(BinaryOp op) {
    return op == BinaryOp.MOD || op == BinaryOp.FLOOR_MOD;
  }

  /** Defines the function of scalars. */
  private String scalar(BinaryOp op, DType dtype, boolean wraps) {
    String type = dialect.type(dtype);
    String name = name(op, wraps, type);
    String body =
        wraps ? wrapping(op, dtype) : op == BinaryOp.FLOOR_DIV ? quotient(type) : remainder(dtype);
    return helpers.use(
        name,
        comment(op, wraps)
            + dialect.functionPrefix()
            + "%s %s(%s a, %s b) {\n".formatted(type, name, type, type)
            + body
            + "}\n");
  }

  private String wrapping(BinaryOp op, DType dtype) {
    String unsigned = dialect.type(new DType(DType.Code.UINT, dtype.bits(), 1));
    String byMinusOne =
        isRemainder(op) ? "0" : "(%s)(-(%s)a)".formatted(dialect.type(dtype), unsigned);
    String otherwise =
        switch (op) {
          case DIV -> "a / b";
          case MOD -> "a % b";
          default -> scalar(op, dtype, false) + "(a, b)";
        };
    return "  return b == -1 ? " + byMinusOne + " : " + otherwise + ";\n";
  }

  private static String quotient(String type) {
    return "  %s q = a / b;\n".formatted(type)
        + "  return q - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);\n";
  }

  private String remainder(DType dtype) {
    Code truncated =
        dtype.isFloat()
            ? truncatedRemainder(dtype)
            : Code.binary(Code.primary("a"), "%", Code.primary("b"), Code.MULTIPLICATIVE);
    String zero = dtype.isFloat() ? dialect.floatLiteral(dtype, 0).text() : "0";
    return "  %s r = %s;\n".formatted(dialect.type(dtype), truncated.text())
        + "  return r != %1$s && (r < %1$s) != (b < %1$s) ? r + b : r;\n".formatted(zero);
  }

  private Code truncatedRemainder(DType dtype) {
    Code code =
        dialect.intrinsic(
            dtype,
            Intrinsic.FMOD,
            List.<Expr>of(Var.of("a", dtype), Var.of("b", dtype)),
            List.of(Code.primary("a"), Code.primary("b")),
            helpers);
    if (code == null) {
      throw ExprRenderer.refuse("the remainder of a division of " + dtype);
    }
    return code;
  }
}
