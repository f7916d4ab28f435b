package dev.weft.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import org.junit.jupiter.api.Test;

/** What a slice's bounds that are known at import make of the type. */
class SliceBoundsTest {
  private static String slice(long axis, long begin, long end, long step) {
    return OnnxModels.opset(13)
        .input("x", 10L, "n")
        .initializer("b", Tensor.of(new long[] {begin}, 1))
        .initializer("e", Tensor.of(new long[] {end}, 1))
        .initializer("a", Tensor.of(new long[] {axis}, 1))
        .initializer("s", Tensor.of(new long[] {step}, 1))
        .node("Slice", "x b e a s", "y")
        .output("y")
        .load()
        .main()
        .body()
        .results()
        .get(0)
        .type()
        .toString();
  }

  @Test
  void numbersFromTheEndAndBeyondTheBorder() {
    assertThat(slice(0, 2, 5, 1)).isEqualTo("float32[3, n]");
    assertThat(slice(0, -3, Integer.MAX_VALUE, 1)).isEqualTo("float32[3, n]");
    assertThat(slice(0, 9, -100, -2)).isEqualTo("float32[5, n]");
    assertThat(slice(-2, -1, Long.MIN_VALUE, -1)).isEqualTo("float32[10, n]");
    assertThat(slice(0, 8, 2, 1)).isEqualTo("float32[0, n]");
    assertThat(slice(1, 0, Long.MAX_VALUE, 1)).isEqualTo("float32[10, n]");
    assertThat(slice(1, 0, Integer.MAX_VALUE, 1)).isEqualTo("float32[10, n]");
  }

  @Test
  void aStepOfZeroIsRefused() {
    assertThatThrownBy(() -> slice(0, 2, 5, 0))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("a step of 0");
  }
}
