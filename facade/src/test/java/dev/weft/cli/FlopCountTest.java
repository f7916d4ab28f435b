package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.graph.workload.MatmulWorkload;
import dev.weft.graph.workload.WindowSumWorkload;
import org.junit.jupiter.api.Test;

class FlopCountTest {
  @Test
  void multiplicationsAndAdditionsCountOneEach() {
    assertThat(FlopCount.of(MatmulWorkload.function(3, 5, 7, DType.FLOAT32)))
        .isEqualTo(2 * 3 * 5 * 7);
    assertThat(FlopCount.of(WindowSumWorkload.function(100, 8, DType.FLOAT64))).isEqualTo(800);
  }

  @Test
  void integersDoNotCount() {
    assertThat(FlopCount.of(MatmulWorkload.function(3, 5, 7, DType.INT32))).isZero();
  }
}
