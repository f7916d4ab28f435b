package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DTypeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "float64",
        "float32",
        "float16",
        "bfloat16",
        "float8_e4m3fn",
        "float8_e5m2",
        "int64",
        "int32",
        "int16",
        "int8",
        "int4",
        "uint64",
        "uint32",
        "uint16",
        "uint8",
        "uint4",
        "bool",
        "handle",
        "void",
        "float32x4",
        "boolx8",
        "int8x16",
        "bfloat16x2"
      })
  void textFormIsReadBack(String text) {
    assertThat(DType.parse(text)).hasToString(text);
  }

  @Test
  void bytesCountLanesAndRoundUp() {
    assertThat(DType.parse("float32x4").bytes()).isEqualTo(16);
    assertThat(DType.INT4.bytes()).isEqualTo(1);
    assertThat(DType.BOOL.bytes()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"float", "float12", "int65", "quux", "float32x0", "bfloat8", ""})
  void nonsenseIsRefused(String text) {
    assertThatThrownBy(() -> DType.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
