package dev.weft.codegen.c;

import dev.weft.base.DType;

/**
 * A power of integers, which C has no function for: by squaring, wrapping around. To a negative
 * exponent 1 and −1 have integer powers; every other number gives 0.
 */
public final class IntegerPower {
  private IntegerPower() {}

  /**
   * Defines the function of scalars.
   *
   * @param base the type of the base and the result
   * @param exponent the type of the exponent
   * @return its name
   */
  public static String scalar(CDialect dialect, Helpers helpers, DType base, DType exponent) {
    String type = dialect.type(base);
    String exponentType = dialect.type(exponent);
    String name = name(type, exponentType);
    // C multiplies narrower unsigned integers as int, which may overflow.
    String product = dialect.type(new DType(DType.Code.UINT, Math.max(32, base.bits()), 1));
    String rest = dialect.type(new DType(DType.Code.UINT, exponent.bits(), 1));
    String one = base.code() == DType.Code.UINT ? "a == 1" : "a == 1 || a == -1";
    String negative =
        exponent.code() == DType.Code.UINT
            ? ""
            : "  if (b < 0) return %s ? (b & 1 ? a : 1) : 0;\n".formatted(one);
    return helpers.use(
        name,
        "/* a to the power of b, by squaring */\n"
            + dialect.functionPrefix()
            + "%s %s(%s a, %s b) {\n".formatted(type, name, type, exponentType)
            + negative
            + "  %s power = 1;\n".formatted(product)
            + "  %1$s square = (%1$s)a;\n".formatted(product)
            + "  for (%1$s e = (%1$s)b; e != 0; e >>= 1) {\n".formatted(rest)
            + "    if (e & 1) power *= square;\n    square *= square;\n  }\n"
            + "  return (%s)power;\n}\n".formatted(type));
  }

  /** What the function of two types is called. */
  public static String name(String type, String exponentType) {
    return "weft_intpow_" + type + (exponentType.equals(type) ? "" : "_" + exponentType);
  }
}
