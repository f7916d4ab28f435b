package dev.weft.codegen.c;

import dev.weft.base.DType;

/**
 * A piece of C with the precedence of its outermost operator, so that parentheses are written only
 * where C needs them.
 *
 * @param text the C
 * @param precedence one of the constants; higher binds tighter
 */
public record Code(String text, int precedence) {
  public static final int CONDITIONAL = 3;
  public static final int OR = 4;
  public static final int AND = 5;
  public static final int BIT_OR = 6;
  public static final int BIT_XOR = 7;
  public static final int BIT_AND = 8;
  public static final int EQUALITY = 9;
  public static final int RELATIONAL = 10;
  public static final int SHIFT = 11;
  public static final int ADDITIVE = 12;
  public static final int MULTIPLICATIVE = 13;
  public static final int UNARY = 14;
  public static final int PRIMARY = 15;

  /** A name, number, call or subscript. */
  public static Code primary(String text) {
    return new Code(text, PRIMARY);
  }

  /**
   * An integer.
   *
   * @param value as the bits of its type
   * @param wide the suffix of 64-bit literals, {@code L} or {@code LL}
   */
  public static Code integer(DType dtype, long value, String wide) {
    if (dtype.isBool()) {
      return primary(value != 0 ? "true" : "false");
    }
    if (dtype.code() == DType.Code.UINT) {
      return primary(Long.toUnsignedString(value) + (dtype.bits() == 64 ? "U" + wide : "u"));
    }
    String suffix = dtype.bits() == 64 ? wide : "";
    if (value == Long.MIN_VALUE || value == Integer.MIN_VALUE) {
      // The number without its sign does not fit the type.
      return new Code("-" + Long.toString(value + 1).substring(1) + suffix + " - 1", ADDITIVE);
    }
    return value < 0
        ? unary("-", primary(Long.toString(-value) + suffix))
        : primary(value + suffix);
  }

  /** A call. */
  public static Code call(String function, Code... args) {
    StringBuilder text = new StringBuilder(function).append("(");
    for (int i = 0; i < args.length; i++) {
      text.append(i == 0 ? "" : ", ").append(args[i].text);
    }
    return primary(text.append(")").toString());
  }

  /** A left-associative binary operation. */
  public static Code binary(Code a, String operator, Code b, int precedence) {
    return new Code(a.at(precedence) + " " + operator + " " + b.at(precedence + 1), precedence);
  }

  /** {@code condition ? a : b}. */
  public static Code conditional(Code condition, Code a, Code b) {
    return new Code(
        condition.at(CONDITIONAL + 1) + " ? " + a.at(CONDITIONAL + 1) + " : " + b.at(CONDITIONAL),
        CONDITIONAL);
  }

  /** A prefix operator. */
  public static Code unary(String operator, Code a) {
    String operand = a.at(UNARY);
    boolean clash = operand.startsWith("-") && operator.endsWith("-");
    return new Code(operator + (clash ? "(" + operand + ")" : operand), UNARY);
  }

  /** A conversion in C's notation. */
  public static Code cast(String type, Code a) {
    return new Code("(" + type + ")" + a.at(UNARY), UNARY);
  }

  /** The text, in parentheses if its operator binds less tightly than {@code context}. */
  public String at(int context) {
    return precedence < context ? "(" + text + ")" : text;
  }
}
