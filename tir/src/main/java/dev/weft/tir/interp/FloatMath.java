package dev.weft.tir.interp;

import dev.weft.base.ErrorFunction;
import dev.weft.tir.Intrinsic;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The floating-point functions, in double; the caller rounds to the type. */
final class FloatMath {
  private FloatMath() {}

  /** The function of one argument that an intrinsic names; null if it names none. */
  static @Nullable DoubleUnaryOperator unary(Intrinsic intrinsic) {
    return switch (intrinsic) {
      case EXP -> StrictMath::exp;
      case EXP2 -> x -> StrictMath.pow(2, x);
      case EXP10 -> x -> StrictMath.pow(10, x);
      case LOG -> StrictMath::log;
      case LOG2 -> FloatMath::log2;
      case LOG10 -> StrictMath::log10;
      case LOG1P -> StrictMath::log1p;
      case SQRT -> StrictMath::sqrt;
      case RSQRT -> x -> 1 / StrictMath.sqrt(x);
      case SIN -> StrictMath::sin;
      case COS -> StrictMath::cos;
      case TAN -> StrictMath::tan;
      case ASIN -> StrictMath::asin;
      case ACOS -> StrictMath::acos;
      case ATAN -> StrictMath::atan;
      case SINH -> StrictMath::sinh;
      case COSH -> StrictMath::cosh;
      case TANH -> StrictMath::tanh;
      case ASINH -> FloatMath::asinh;
      case ACOSH -> x -> StrictMath.log(x + StrictMath.sqrt(x - 1) * StrictMath.sqrt(x + 1));
      case ATANH -> x -> 0.5 * (StrictMath.log1p(x) - StrictMath.log1p(-x));
      case SIGMOID -> x -> 1 / (1 + StrictMath.exp(-x));
      case ERF -> ErrorFunction::erf;
      case FLOOR -> StrictMath::floor;
      case CEIL -> StrictMath::ceil;
      case TRUNC -> x -> x < 0 || isNegativeZero(x) ? StrictMath.ceil(x) : StrictMath.floor(x);
      case ROUND -> FloatMath::roundHalfAway;
      case NEARBYINT -> StrictMath::rint;
      case ABS -> StrictMath::abs;
      default -> null;
    };
  }

  /** The function of two arguments that an intrinsic names; null if it names none. */
  static @Nullable DoubleBinaryOperator binary(Intrinsic intrinsic) {
    return switch (intrinsic) {
      case POW -> FloatMath::pow;
      case ATAN2 -> StrictMath::atan2;
      case HYPOT -> StrictMath::hypot;
      case COPYSIGN -> StrictMath::copySign;
      case FMOD -> (a, b) -> a % b;
      default -> null;
    };
  }

  private static boolean isNegativeZero(double x) {
    return x == 0 && Double.doubleToRawLongBits(x) < 0;
  }

  private static double log2(double x) {
    int exponent = Math.getExponent(x);
    boolean finite = exponent >= Double.MIN_EXPONENT && exponent <= Double.MAX_EXPONENT;
    boolean powerOfTwo = x > 0 && finite && x == Math.scalb(1.0, exponent);
    return powerOfTwo ? exponent : StrictMath.log(x) / StrictMath.log(2);
  }

  private static double asinh(double x) {
    double a = Math.abs(x);
    double result =
        a > 1e150
            ? StrictMath.log(a) + StrictMath.log(2)
            : StrictMath.log1p(a + a * a / (1 + StrictMath.sqrt(a * a + 1)));
    return StrictMath.copySign(result, x);
  }

  /** C's pow: 1 to any power and anything to the power 0 are 1, NaN included. */
  private static double pow(double base, double exponent) {
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1;
    }
    return StrictMath.pow(base, exponent);
  }

  private static double roundHalfAway(double x) {
    double floor = StrictMath.floor(Math.abs(x));
    double rounded = Math.abs(x) - floor >= 0.5 ? floor + 1 : floor;
    return StrictMath.copySign(rounded, x);
  }
}
