package dev.weft.codegen.c;

import dev.weft.tir.Intrinsic;
import org.jspecify.annotations.Nullable;

/** What C-like languages call the functions of floats. */
public final class MathFunctions {
  private MathFunctions() {}

  /** The name without a suffix of the type; null where C has no such function of floats. */
  public static @Nullable String name(Intrinsic intrinsic) {
    return switch (intrinsic) {
      // The rounding mode is to the nearest, half to even.
      case NEARBYINT -> "rint";
      case COPYSIGN, NEXTAFTER -> intrinsic.text;
      default -> intrinsic.isMathFunction() || intrinsic.isRounding() ? intrinsic.text : null;
    };
  }
}
