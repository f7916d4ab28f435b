package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The functions of one number that have no attributes. Formulas of several steps are worked out in
 * float32 for narrower floats.
 */
public enum UnaryFunction {
  ABS(Domain.NUMBER, x -> Maths.call(Intrinsic.ABS, x)),
  NEG(Domain.NUMBER, Maths::neg),
  SIGN(
      Domain.NUMBER,
      x -> {
        Expr zero = Maths.number(x, 0);
        Expr negative = new Expr.Select(Expr.lt(x, zero), Maths.number(x, -1), x);
        return new Expr.Select(Expr.gt(x, zero), Maths.number(x, 1), negative);
      }),
  EXP(Domain.FLOAT, Maths::exp),
  LOG(Domain.FLOAT, Maths::log),
  SQRT(Domain.FLOAT, x -> Maths.call(Intrinsic.SQRT, x)),
  RECIPROCAL(Domain.FLOAT, x -> Expr.div(Maths.number(x, 1), x)),
  SIN(Domain.FLOAT, x -> Maths.call(Intrinsic.SIN, x)),
  COS(Domain.FLOAT, x -> Maths.call(Intrinsic.COS, x)),
  TAN(Domain.FLOAT, x -> Maths.call(Intrinsic.TAN, x)),
  ASIN(Domain.FLOAT, x -> Maths.call(Intrinsic.ASIN, x)),
  ACOS(Domain.FLOAT, x -> Maths.call(Intrinsic.ACOS, x)),
  ATAN(Domain.FLOAT, x -> Maths.call(Intrinsic.ATAN, x)),
  SINH(Domain.FLOAT, x -> Maths.call(Intrinsic.SINH, x)),
  COSH(Domain.FLOAT, x -> Maths.call(Intrinsic.COSH, x)),
  TANH(Domain.FLOAT, Maths::tanh),
  ASINH(Domain.FLOAT, x -> Maths.call(Intrinsic.ASINH, x)),
  ACOSH(Domain.FLOAT, x -> Maths.call(Intrinsic.ACOSH, x)),
  ATANH(Domain.FLOAT, x -> Maths.call(Intrinsic.ATANH, x)),
  ERF(Domain.FLOAT, x -> Maths.call(Intrinsic.ERF, x)),
  FLOOR(Domain.FLOAT, x -> Maths.call(Intrinsic.FLOOR, x)),
  CEIL(Domain.FLOAT, x -> Maths.call(Intrinsic.CEIL, x)),
  /** Half to even. */
  ROUND(Domain.FLOAT, x -> Maths.call(Intrinsic.NEARBYINT, x)),
  RELU(Domain.NUMBER, x -> Expr.max(x, Maths.number(x, 0))),
  SIGMOID(Domain.FLOAT, Maths::sigmoid),
  SOFTPLUS(Domain.FLOAT, x -> Maths.wide(x, Maths::softplus)),
  SOFTSIGN(
      Domain.FLOAT,
      x ->
          Maths.wide(
              x, w -> Expr.div(w, Expr.add(Maths.number(w, 1), Maths.call(Intrinsic.ABS, w))))),
  /** {@code x * max(0, min(1, x / 6 + 1 / 2))}. */
  HARD_SWISH(
      Domain.FLOAT,
      x ->
          Maths.wide(
              x,
              w -> {
                Expr line = Expr.add(Expr.mul(w, Maths.number(w, 1.0 / 6)), Maths.number(w, 0.5));
                Expr gate = Expr.max(Maths.number(w, 0), Expr.min(Maths.number(w, 1), line));
                return Expr.mul(w, gate);
              })),
  /** {@code x * tanh(softplus(x))}. */
  MISH(Domain.FLOAT, x -> Maths.wide(x, w -> Expr.mul(w, Maths.tanh(Maths.softplus(w))))),
  /** {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
  GELU(
      Domain.FLOAT,
      x ->
          Maths.wide(
              x,
              w -> {
                Expr inner = Expr.mul(w, Maths.number(w, Math.sqrt(0.5)));
                Expr outer = Expr.add(Maths.number(w, 1), Maths.call(Intrinsic.ERF, inner));
                return Expr.mul(Expr.mul(w, Maths.number(w, 0.5)), outer);
              })),
  /** The approximation of GELU with tanh (Hendrycks and Gimpel, arXiv 1606.08415). */
  GELU_TANH(
      Domain.FLOAT,
      x ->
          Maths.wide(
              x,
              w -> {
                Expr cube = Expr.mul(Expr.mul(w, w), w);
                Expr sum = Expr.add(w, Expr.mul(cube, Maths.number(w, 0.044715)));
                Expr inner = Expr.mul(sum, Maths.number(w, Math.sqrt(2 / Math.PI)));
                Expr outer = Expr.add(Maths.number(w, 1), Maths.tanh(inner));
                return Expr.mul(Expr.mul(w, Maths.number(w, 0.5)), outer);
              })),
  NOT(Domain.BOOL, Expr::not),
  BITWISE_NOT(Domain.INTEGER, x -> Maths.call(Intrinsic.BITWISE_NOT, x)),
  IS_NAN(Domain.FLOAT, x -> Expr.Call.of(DType.BOOL, Intrinsic.ISNAN, x));

  /** The element types that a function takes. */
  private enum Domain {
    FLOAT(DType::isFloat, "a floating-point type"),
    NUMBER(dtype -> dtype.isFloat() || dtype.isInt(), "a number"),
    INTEGER(DType::isInt, "an integer type"),
    BOOL(DType::isBool, "bool");

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
  private final UnaryOperator<Expr> formula;

  UnaryFunction(Domain domain, UnaryOperator<Expr> formula) {
    this.domain = domain;
    this.formula = formula;
  }

  /** The name in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the function takes numbers of this type. */
  boolean accepts(DType dtype) {
    return domain.accepts.test(dtype);
  }

  /** What it takes, for error messages. */
  String accepted() {
    return domain.text;
  }

  /** The function's value. */
  Expr of(Expr x) {
    return formula.apply(x);
  }
}
