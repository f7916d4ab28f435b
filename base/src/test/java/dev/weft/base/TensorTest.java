package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
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
        "uint32",
        "uint16",
        "uint8",
        "bool"
      })
  void elementsAreReadBack(String name) {
    try (Tensor tensor = Tensor.allocate(DType.parse(name), 2, 3)) {
      tensor.setDouble(4, 1);
      tensor.setLong(5, 1);
      assertThat(tensor.toLongs()).containsExactly(0, 0, 0, 0, 1, 1);
      assertThat(tensor.getDouble(4)).isEqualTo(1);
    }
  }

  @Test
  void allocatedDataIsAligned() {
    try (Tensor tensor = Tensor.allocate(DType.INT8, 3)) {
      assertThat(tensor.data().address() % Tensor.ALIGNMENT).isZero();
    }
  }

  @Test
  void closedDataIsOutOfReach() {
    Tensor tensor = Tensor.allocate(DType.INT8, 3);
    Tensor view = tensor.reshaped(3, 1);
    view.close();
    assertThat(tensor.getLong(0)).isZero();
    tensor.close();
    tensor.close();
    assertThatThrownBy(() -> tensor.getLong(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sizesMustFit() {
    assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2))
        .hasMessageContaining("3 values don't fill the shape [2, 2]");
    assertThatThrownBy(() -> Tensor.wrap(DType.INT32, MemorySegment.ofArray(new int[3]), 2))
        .hasMessageContaining("takes 8 bytes, the segment has 12");
    assertThatThrownBy(() -> Tensor.allocate(DType.INT32, -1))
        .hasMessageContaining("negative dimension");
  }

  @Test
  void largeUnsignedValuesArePositive() {
    try (Tensor tensor = Tensor.allocate(DType.UINT64, 1)) {
      tensor.setLong(0, -1);
      assertThat(tensor.getDouble(0)).isEqualTo(0x1p64);
    }
  }

  @Test
  void emptyAndScalarTensors() {
    try (Tensor empty = Tensor.allocate(DType.FLOAT32, 2, 0);
        Tensor scalar = Tensor.allocate(DType.FLOAT32)) {
      assertThat(empty.elements()).isZero();
      assertThat(empty.toFloats()).isEmpty();
      assertThat(scalar.elements()).isEqualTo(1);
    }
  }
}
