package dev.weft.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTensorsTest {
  @TempDir private Path folder;

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
        "bool"
      })
  void everyElementTypeSurvivesAFile(String name) {
    DType dtype = DType.parse(name);
    Tensor tensor = Tensor.allocate(dtype, 5);
    for (int i = 0; i < 5; i++) {
      tensor.setDouble(i, i % 2);
    }
    Path file = folder.resolve("t.pb");
    OnnxTensors.write(file, "t", tensor);
    Tensor back = OnnxTensors.read(file);
    assertThat(back.dtype()).isEqualTo(dtype);
    assertThat(back.toFloats()).containsExactly(0, 1, 0, 1, 0);
  }

  @Test
  void typedFieldsHoldHalvesAsBitsAndSmallIntegersAsValues() {
    TensorProto halves =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT16_VALUE)
            .addDims(2)
            .addInt32Data(0x3C00)
            .addInt32Data(0xC000)
            .build();
    assertThat(OnnxTensors.tensor(halves, "test").toFloats()).containsExactly(1, -2);
    TensorProto bytes =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT8_VALUE)
            .addDims(2)
            .addInt32Data(-5)
            .addInt32Data(7)
            .build();
    assertThat(OnnxTensors.tensor(bytes, "test").toLongs()).containsExactly(-5, 7);
    TensorProto nibbles =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT4_VALUE)
            .addDims(3)
            .addInt32Data(0xF1)
            .addInt32Data(0x07)
            .build();
    assertThat(OnnxTensors.tensor(nibbles, "test").toLongs()).containsExactly(1, -1, 7);
  }

  @Test
  void aFileThatIsNoTensorIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("text.pb"), "no tensor at all");
    assertThatThrownBy(() -> OnnxTensors.read(file))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("text.pb");
  }
}
