package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ScalarsTest {
  @Test
  void everyFloat8RoundTrips() {
    for (int bits = 0; bits < 256; bits++) {
      float e4m3 = Float8.e4m3ToFloat((byte) bits);
      if (!Float.isNaN(e4m3)) {
        assertThat(Float8.floatToE4m3(e4m3)).isEqualTo((byte) bits);
      }
      float e5m2 = Float8.e5m2ToFloat((byte) bits);
      if (!Float.isNaN(e5m2)) {
        assertThat(Float8.floatToE5m2(e5m2)).isEqualTo((byte) bits);
      }
    }
  }

  @Test
  void float8KeepsTheFormatsLimits() {
    assertThat(Float8.e4m3ToFloat((byte) 0x7E)).isEqualTo(448);
    assertThat(Float8.e4m3ToFloat((byte) 0x7F)).isNaN();
    assertThat(Float8.e4m3ToFloat((byte) 1)).isEqualTo(Math.scalb(1f, -9));
    assertThat(Float8.floatToE4m3(1e9f)).isEqualTo((byte) 0x7E);
    assertThat(Float8.e5m2ToFloat((byte) 0x7C)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Float8.e5m2ToFloat((byte) 0x7B)).isEqualTo(57344);
    assertThat(Float8.floatToE5m2(-1e9f)).isEqualTo((byte) 0xFC);
  }

  @Test
  void float8RoundsToNearestEven() {
    // Between 16 and 18 (E4M3 steps by 2 there), and between 18 and 20.
    assertThat(Float8.e4m3ToFloat(Float8.floatToE4m3(17))).isEqualTo(16);
    assertThat(Float8.e4m3ToFloat(Float8.floatToE4m3(19))).isEqualTo(20);
    assertThat(Float8.e4m3ToFloat(Float8.floatToE4m3(17.01f))).isEqualTo(18);
  }

  @Property
  void halfIsTheJdksConversion(@ForAll float value) {
    float expected = Float.float16ToFloat(Float.floatToFloat16(value));
    assertThat((float) Scalars.round(DType.FLOAT16, value)).isEqualTo(expected);
  }

  @Property
  void doublesAreRoundedToHalfOnce(@ForAll short bits) {
    float half = Float.float16ToFloat(bits);
    float next = Float.float16ToFloat((short) (bits + 1));
    if (!Float.isFinite(half) || !Float.isFinite(next) || (half < 0) != (next < 0)) {
      return;
    }
    // A hair beyond the middle: rounding by way of float would make it a tie.
    double middle = ((double) half + next) / 2;
    double beyond = middle + (next - (double) half) * 1e-12;
    assertThat(Scalars.round(DType.FLOAT16, beyond)).isEqualTo((double) next);
  }

  @Property
  void bfloat16IsTheNearest(@ForAll float value) {
    double rounded = Scalars.round(DType.BFLOAT16, value);
    if (Double.isNaN(rounded) || Double.isInfinite(rounded)) {
      return;
    }
    short bits = Bfloat16.fromFloat(value);
    double below = Bfloat16.toFloat((short) (bits - 1));
    double above = Bfloat16.toFloat((short) (bits + 1));
    double error = Math.abs(rounded - value);
    for (double neighbour : new double[] {below, above}) {
      if (Double.isFinite(neighbour)) {
        assertThat(error).isLessThanOrEqualTo(Math.abs(neighbour - value));
      }
    }
  }

  @Test
  void integersWrap() {
    assertThat(Scalars.wrap(DType.INT8, 128)).isEqualTo(-128);
    assertThat(Scalars.wrap(DType.UINT8, -1)).isEqualTo(255);
    assertThat(Scalars.wrap(DType.INT4, 9)).isEqualTo(-7);
    assertThat(Scalars.wrap(DType.BOOL, 6)).isEqualTo(1);
    assertThat(Scalars.wrap(DType.UINT64, -1)).isEqualTo(-1);
  }
}
