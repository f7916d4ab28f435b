package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import org.junit.jupiter.api.Test;

class FlopCountTest {
  @Test
  void multiplicationsAndAdditionsCountOneEach() {
    assertThat(FlopCount.of(TirPrograms.matmul(3, 5, 7, DType.FLOAT32))).isEqualTo(2 * 3 * 5 * 7);
    assertThat(FlopCount.of(TirPrograms.matmul(2, 2, 9, DType.FLOAT64))).isEqualTo(2 * 2 * 2 * 9);
  }

  @Test
  void integersDoNotCount() {
    assertThat(FlopCount.of(TirPrograms.matmul(3, 5, 7, DType.INT32))).isZero();
  }
}
