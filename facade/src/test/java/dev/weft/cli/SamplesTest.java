package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void figures() {
    Samples samples = new Samples(4, 1, 3, 2);
    assertThat(samples.mean()).isEqualTo(2.5);
    assertThat(samples.median()).isEqualTo(2.5);
    assertThat(samples.standardDeviation()).isEqualTo(1.29099, within(1e-5));
    assertThat(samples.min()).isEqualTo(1);
    assertThat(samples.max()).isEqualTo(4);
    assertThat(new Samples(9, 1, 2).median()).isEqualTo(2);
  }

  @Test
  void oneValueDoesNotDeviate() {
    assertThat(new Samples(7).standardDeviation()).isZero();
    assertThatThrownBy(Samples::new).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unitsFitTheMagnitude() {
    assertThat(Figures.time(12L)).isEqualTo("12.0 ns");
    assertThat(Figures.time(1_234_567L)).isEqualTo("1.23 ms");
    assertThat(Figures.time(2.5e9)).isEqualTo("2.50 s");
    assertThat(Figures.bytes(17L)).isEqualTo("17 B");
    assertThat(Figures.bytes(1536L)).isEqualTo("1.50 KiB");
    assertThat(Figures.count(26_410L)).isEqualTo("26.4 k");
    assertThat(Figures.count(12L)).isEqualTo("12 ");
  }
}
