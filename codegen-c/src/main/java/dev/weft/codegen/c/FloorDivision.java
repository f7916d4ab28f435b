package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.List;

/**
 * Division rounded towards minus infinity and its remainder, which C has no operators for, as
 * helper functions.
 *
 * <p>A remainder of floats is exact: {@code a - floor(a / b) * b} is not, and is NaN where b is
 * infinite.
 */
final class FloorDivision {
  private final CDialect dialect;
  private final Helpers helpers;

  FloorDivision(CDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /** {@code a // b} of signed integers. */
  Code quotient(DType dtype, Code a, Code b) {
    return dtype.isVector()
        ? dialect.floorVector(false, dtype, a, b, this::scalarQuotient, helpers)
        : Code.call(scalarQuotient(dtype), a, b);
  }

  /** {@code floormod(a, b)} of signed integers or floats. */
  Code remainder(DType dtype, Code a, Code b) {
    return dtype.isVector()
        ? dialect.floorVector(true, dtype, a, b, this::scalarRemainder, helpers)
        : Code.call(scalarRemainder(dtype), a, b);
  }

  private String scalarQuotient(DType dtype) {
    String type = dialect.type(dtype);
    String name = "weft_floordiv_" + type;
    return helpers.use(
        name,
        "/* a / b, rounded towards minus infinity */\n"
            + dialect.functionPrefix()
            + "%s %s(%s a, %s b) {\n".formatted(type, name, type, type)
            + "  %s q = a / b;\n".formatted(type)
            + "  return q - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);\n}\n");
  }

  private String scalarRemainder(DType dtype) {
    String type = dialect.type(dtype);
    String name = "weft_floormod_" + type;
    Code truncated =
        dtype.isFloat()
            ? truncatedRemainder(dtype)
            : Code.binary(Code.primary("a"), "%", Code.primary("b"), Code.MULTIPLICATIVE);
    String zero = dtype.isFloat() ? dialect.floatLiteral(dtype, 0).text() : "0";
    return helpers.use(
        name,
        "/* a - floor(a / b) * b */\n"
            + dialect.functionPrefix()
            + "%s %s(%s a, %s b) {\n".formatted(type, name, type, type)
            + "  %s r = %s;\n".formatted(type, truncated.text())
            + "  return r != %1$s && (r < %1$s) != (b < %1$s) ? r + b : r;\n}\n".formatted(zero));
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
