package dev.weft.frontend.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFilesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
        "uint32", "uint64", "bool"
      })
  void readsWhatItWrites(String name) {
    DType dtype = DType.parse(name);
    Tensor tensor = Tensor.allocate(dtype, 2, 3);
    for (int i = 0; i < 6; i++) {
      tensor.setLong(i, dtype.isBool() ? i % 2 : i);
    }
    Path file = folder.resolve("x.npy");
    NpyFiles.write(file, tensor);
    Tensor read = NpyFiles.read(file);
    assertThat(read.dtype()).isEqualTo(dtype);
    assertThat(read.shape()).containsExactly(2, 3);
    assertThat(read.toLongs()).isEqualTo(tensor.toLongs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4"})
  void writesTypesThatNumPyLacksAsWiderOnes(String name) {
    Tensor tensor = Tensor.allocate(DType.parse(name), 3);
    tensor.setLong(1, 2);
    Path file = folder.resolve("x.npy");
    NpyFiles.write(file, tensor);
    assertThat(NpyFiles.read(file).toLongs()).containsExactly(0, 2, 0);
  }

  @Test
  void headerIsAlignedAndEndsInANewline() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFiles.write(file, Tensor.of(new float[] {1}, 1));
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(64 * 2 + 4);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }")
        .endsWith("\n");
  }

  @Test
  void readsFortranOrderAndBigEndian() throws IOException {
    String header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n";
    byte[] data = {0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6};
    Path file = write(header, data);
    assertThat(NpyFiles.read(file).toLongs()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void readsScalars() throws IOException {
    Path file = write("{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", new byte[] {7});
    Tensor tensor = NpyFiles.read(file);
    assertThat(tensor.rank()).isZero();
    assertThat(tensor.getLong(0)).isEqualTo(7);
  }

  @Test
  void refusesWhatIsNoArray() throws IOException {
    Path text = Files.writeString(folder.resolve("text.npy"), "this is no array of numbers");
    assertThatThrownBy(() -> NpyFiles.read(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no .npy file");
    Path object = write("{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }\n", new byte[8]);
    assertThatThrownBy(() -> NpyFiles.read(object))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'O8'");
    Path strange = write("{'descr': [('a', '<f4')], 'shape': (1,)}\n", new byte[8]);
    assertThatThrownBy(() -> NpyFiles.read(strange)).isInstanceOf(InputException.class);
  }

  @Test
  void refusesFilesThatWereCutOff() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFiles.write(file, Tensor.of(new float[] {1, 2, 3}, 3));
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 11, 40, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> NpyFiles.read(file)).isInstanceOf(InputException.class);
    }
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[10 + text.length + data.length];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(start, 0, bytes, 0, start.length);
    System.arraycopy(text, 0, bytes, 10, text.length);
    System.arraycopy(data, 0, bytes, 10 + text.length, data.length);
    return Files.write(folder.resolve("made.npy"), bytes);
  }
}
