package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ErrorFunctionTest {
  @Test
  void erfAgreesWithTabulatedValues() {
    // Abramowitz and Stegun, table 7.1.
    assertThat(ErrorFunction.erf(0.5)).isCloseTo(0.5204998778, within(1e-10));
    assertThat(ErrorFunction.erf(1.0)).isCloseTo(0.8427007929, within(1e-10));
    assertThat(ErrorFunction.erf(2.0)).isCloseTo(0.9953222650, within(1e-10));
    assertThat(ErrorFunction.erf(-2.0)).isEqualTo(-ErrorFunction.erf(2.0));
    assertThat(ErrorFunction.erf(Math.nextDown(2.0)))
        .isCloseTo(ErrorFunction.erf(2.0), within(1e-14));
    assertThat(ErrorFunction.erf(40)).isEqualTo(1);
  }
}
