package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class NarrowFloatTest {
  static final List<DType> FORMATS =
      List.of(
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2,
          DType.FLOAT8_E4M3FNUZ,
          DType.FLOAT8_E5M2FNUZ,
          DType.FLOAT8_E8M0,
          DType.FLOAT4_E2M1);

  @ParameterizedTest
  @FieldSource("FORMATS")
  void everyPatternComesBack(DType dtype) {
    NarrowFloat format = NarrowFloat.of(dtype);
    for (int bits = 0; bits < 1 << dtype.bits(); bits++) {
      float value = format.decode(bits);
      if (!Float.isNaN(value)) {
        assertThat(format.encode(value, false)).as("%s %x", dtype, bits).isEqualTo(bits);
      }
    }
  }

  /** Against all numbers of the format: none is nearer. */
  @ParameterizedTest
  @FieldSource("FORMATS")
  void roundsToTheNearest(DType dtype) {
    NarrowFloat format = NarrowFloat.of(dtype);
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      double magnitude = Math.scalb(random.nextDouble(), random.nextInt(-18, 18));
      float x = (float) (format.signed() && random.nextBoolean() ? -magnitude : magnitude);
      double nearest = Double.POSITIVE_INFINITY;
      for (int bits = 0; bits < 1 << dtype.bits(); bits++) {
        float value = format.decode(bits);
        if (Float.isFinite(value)) {
          nearest = Math.min(nearest, Math.abs((double) value - x));
        }
      }
      double off = Math.abs((double) format.decode(format.encode(x, true)) - x);
      assertThat(off).as("%s of %s", dtype, x).isCloseTo(nearest, within(0.0));
    }
  }

  @Test
  void tiesGoToTheEvenOne() {
    assertThat(NarrowFloat.E4M3FN.decode(NarrowFloat.E4M3FN.encode(1.0625f, true))).isEqualTo(1f);
    assertThat(NarrowFloat.E4M3FN.decode(NarrowFloat.E4M3FN.encode(1.1875f, true)))
        .isEqualTo(1.25f);
    assertThat(NarrowFloat.E2M1.decode(NarrowFloat.E2M1.encode(2.5f, true))).isEqualTo(2f);
    assertThat(NarrowFloat.E2M1.decode(NarrowFloat.E2M1.encode(5f, true))).isEqualTo(4f);
  }

  @Test
  void theLargestNumbers() {
    assertThat(FORMATS.stream().map(dtype -> NarrowFloat.of(dtype).largest()))
        .containsExactly(448f, 57344f, 240f, 57344f, 0x1p127f, 6f);
  }

  @Test
  void whatIsTooLarge() {
    assertThat(NarrowFloat.E4M3FN.encode(1e6f, true)).isEqualTo(0x7E);
    assertThat(NarrowFloat.E4M3FN.encode(1e6f, false)).isEqualTo(0x7F);
    assertThat(NarrowFloat.E5M2.encode(1e6f, true)).isEqualTo(0x7B);
    assertThat(NarrowFloat.E5M2.encode(-1e6f, false)).isEqualTo(0xFC);
    assertThat(NarrowFloat.E4M3FNUZ.encode(Float.POSITIVE_INFINITY, true)).isEqualTo(0x7F);
    assertThat(NarrowFloat.E4M3FNUZ.encode(-1e6f, false)).isEqualTo(0x80);
    assertThat(NarrowFloat.E5M2FNUZ.encode(-0f, false)).isZero();
    assertThat(NarrowFloat.E8M0.encode(Float.POSITIVE_INFINITY, true)).isEqualTo(0xFE);
    assertThat(NarrowFloat.E8M0.encode(0, false)).isEqualTo(0xFF);
    assertThat(NarrowFloat.E2M1.encode(-100, false)).isEqualTo(0xF);
  }
}
