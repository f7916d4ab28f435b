package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorComparisonTest {
  @Test
  void namesTheFirstDifference() {
    Tensor expected = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    Tensor actual = Tensor.of(new float[] {1, 2, 3.5f, 4}, 2, 2);

    TensorComparison comparison =
        TensorComparison.of(actual, expected, Tolerance.of(DType.FLOAT32, 1, 4));

    assertThat(comparison.agrees()).isFalse();
    assertThat(comparison.report())
        .isEqualTo("1 of 4 elements differ, first at [1, 0]: 3.5 instead of 3.0");
  }

  @Test
  void nanAndInfinityOnlyMatchThemselves() {
    Tolerance loose = new Tolerance(1, 1e9);
    assertThat(loose.accepts(Double.NaN, Double.NaN)).isTrue();
    assertThat(loose.accepts(1, Double.NaN)).isFalse();
    assertThat(loose.accepts(Double.NaN, 1)).isFalse();
    assertThat(loose.accepts(1e300, Double.POSITIVE_INFINITY)).isFalse();
    assertThat(loose.accepts(Double.POSITIVE_INFINITY, 1)).isFalse();
    assertThat(loose.accepts(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY)).isTrue();
    assertThat(Tolerance.EXACT.accepts(-0.0, 0.0)).isTrue();
  }

  @Test
  void integersMustBeEqual() {
    assertThat(Tolerance.of(DType.INT32, 1000, 1e6)).isEqualTo(Tolerance.EXACT);
  }

  @Test
  void longerSumsMayBeFurtherOff() {
    assertThat(Tolerance.of(DType.FLOAT32, 1024, 1).relative())
        .isGreaterThan(Tolerance.of(DType.FLOAT32, 1, 1).relative())
        .isLessThan(1e-4);
  }

  @Test
  void otherShapesAreRefused() {
    assertThatThrownBy(
            () ->
                TensorComparison.of(
                    Tensor.of(new float[2], 2), Tensor.of(new float[2], 2, 1), Tolerance.EXACT))
        .hasMessageContaining("float32[2]")
        .hasMessageContaining("float32[2, 1]");
  }
}
