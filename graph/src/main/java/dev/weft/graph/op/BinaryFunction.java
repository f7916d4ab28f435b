package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;

/** The functions of two numbers of one type. */
public enum BinaryFunction {
  ADD(Domain.NUMBER, Expr::add),
  SUBTRACT(Domain.NUMBER, Expr::sub),
  MULTIPLY(Domain.NUMBER, Expr::mul),
  /** Truncates on integers. */
  DIVIDE(Domain.NUMBER, Expr::div),
  /** A square is a product, which has fewer roundings and no call. */
  POWER(
      Domain.NUMBER,
      (a, b) ->
          b instanceof Expr.FloatImm exponent && exponent.value() == 2
              ? Expr.mul(a, a)
              : Maths.call(Intrinsic.POW, a, b)),
  /** The remainder with the divisor's sign. */
  FLOOR_MOD(
      Domain.NUMBER,
      (a, b) -> {
        if (!a.dtype().isFloat()) {
          return Expr.floorMod(a, b);
        }
        Expr rest = Maths.call(Intrinsic.FMOD, a, b);
        Expr zero = Maths.number(a, 0);
        Expr otherSign = Expr.ne(rest, zero);
        Expr differ =
            Expr.or(
                Expr.and(Expr.lt(rest, zero), Expr.gt(b, zero)),
                Expr.and(Expr.gt(rest, zero), Expr.lt(b, zero)));
        return new Expr.Select(Expr.and(otherSign, differ), Expr.add(rest, b), rest);
      }),
  /** The remainder with the dividend's sign, as C's. */
  TRUNC_MOD(
      Domain.NUMBER,
      (a, b) -> a.dtype().isFloat() ? Maths.call(Intrinsic.FMOD, a, b) : Expr.truncMod(a, b)),
  MAXIMUM(Domain.NUMBER, Expr::max),
  MINIMUM(Domain.NUMBER, Expr::min),
  EQUAL(Domain.ANY, Expr::eq),
  NOT_EQUAL(Domain.ANY, Expr::ne),
  LESS(Domain.NUMBER, Expr::lt),
  LESS_EQUAL(Domain.NUMBER, Expr::le),
  GREATER(Domain.NUMBER, Expr::gt),
  GREATER_EQUAL(Domain.NUMBER, Expr::ge),
  LOGICAL_AND(Domain.BOOL, Expr::and),
  LOGICAL_OR(Domain.BOOL, Expr::or),
  LOGICAL_XOR(Domain.BOOL, Expr::ne),
  BITWISE_AND(Domain.INTEGER, (a, b) -> Maths.call(Intrinsic.BITWISE_AND, a, b)),
  BITWISE_OR(Domain.INTEGER, (a, b) -> Maths.call(Intrinsic.BITWISE_OR, a, b)),
  BITWISE_XOR(Domain.INTEGER, (a, b) -> Maths.call(Intrinsic.BITWISE_XOR, a, b)),
  SHIFT_LEFT(Domain.INTEGER, (a, b) -> shift(Intrinsic.SHIFT_LEFT, a, b)),
  SHIFT_RIGHT(Domain.INTEGER, (a, b) -> shift(Intrinsic.SHIFT_RIGHT, a, b));

  /** The element types that a function takes. */
  private enum Domain {
    NUMBER(dtype -> dtype.isFloat() || dtype.isInt(), "numbers"),
    INTEGER(DType::isInt, "integers"),
    BOOL(DType::isBool, "bool"),
    ANY(dtype -> true, "anything");

    @SuppressWarnings("ImmutableEnumChecker") // A function without state.
    private final Predicate<DType> accepts;

    private final String text;

    Domain(Predicate<DType> accepts, String text) {
      this.accepts = accepts;
      this.text = text;
    }
  }

  private final Domain domain;

  @SuppressWarnings("ImmutableEnumChecker") // A function without state.
  private final BinaryOperator<Expr> formula;

  BinaryFunction(Domain domain, BinaryOperator<Expr> formula) {
    this.domain = domain;
    this.formula = formula;
  }

  /** Shifting by the width or more gives 0, which C leaves open. */
  private static Expr shift(Intrinsic direction, Expr a, Expr b) {
    Expr width = Expr.imm(b.dtype(), (long) a.dtype().bits());
    Expr inRange = Expr.lt(b, width);
    Expr amount = new Expr.Select(inRange, b, Expr.imm(b.dtype(), 0L));
    return new Expr.Select(inRange, Maths.call(direction, a, amount), Expr.imm(a.dtype(), 0L));
  }

  /** The name in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean accepts(DType dtype) {
    return domain.accepts.test(dtype);
  }

  String accepted() {
    return domain.text;
  }

  /** Whether the result is a truth value whatever the operands are. */
  boolean compares() {
    return switch (this) {
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL -> true;
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          POWER,
          FLOOR_MOD,
          TRUNC_MOD,
          MAXIMUM,
          MINIMUM,
          LOGICAL_AND,
          LOGICAL_OR,
          LOGICAL_XOR,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR,
          SHIFT_LEFT,
          SHIFT_RIGHT ->
          false;
    };
  }

  /** The function's value. */
  Expr of(Expr a, Expr b) {
    return formula.apply(a, b);
  }
}
