package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Model;
import dev.weft.base.DType;
import dev.weft.base.NarrowFloat;
import dev.weft.base.Tensor;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.frontend.onnx.OnnxTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Floats of 8 and 4 bits and integers of 4 and 2: conversions, and moves of what they hold. */
final class NarrowTypesTest {
  private static final List<DType> FLOATS =
      List.of(
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2,
          DType.FLOAT8_E4M3FNUZ,
          DType.FLOAT8_E5M2FNUZ,
          DType.FLOAT8_E8M0,
          DType.FLOAT4_E2M1);
  private static final List<DType> INTEGERS =
      List.of(DType.INT4, DType.UINT4, DType.INT2, DType.UINT2);

  private static long number(DType dtype) {
    try (Tensor one = Tensor.allocate(dtype)) {
      return OnnxTensors.proto("", one).getDataType();
    }
  }

  /** All that rounding can go wrong at: numbers of each format, between two of them, and beyond. */
  private static float[] candidates() {
    List<Float> values = new ArrayList<>();
    for (DType dtype : FLOATS) {
      NarrowFloat format = NarrowFloat.of(dtype);
      for (int bits = 0; bits < 1 << dtype.bits(); bits++) {
        float value = format.decode(bits);
        values.add(value);
        values.add(1.0625f * value);
        values.add(Math.nextUp(1.0625f * value));
        values.add(Math.nextDown(1.5f * value));
      }
    }
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      values.add((float) Math.scalb(random.nextGaussian(), random.nextInt(-20, 20)));
    }
    float[] all = new float[values.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.get(i);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "interpreter", "opencl:0"})
  void floatsAreRoundedAsTheFormatSays(String device) {
    ModelCheck.assumeThere(device);
    float[] values = candidates();
    OnnxWriter writer = OnnxWriter.opset(25).input("x", DType.FLOAT32, values.length);
    for (int saturate = 0; saturate < 2; saturate++) {
      for (DType dtype : FLOATS) {
        String name = dtype + "_" + saturate;
        writer
            .node(
                "Cast",
                "x",
                name,
                OnnxWriter.integer("to", number(dtype)),
                OnnxWriter.integer("saturate", saturate),
                OnnxWriter.text("round_mode", "nearest"))
            .node("Cast", name, name + "_back", OnnxWriter.integer("to", 1))
            .output(name, dtype)
            .output(name + "_back");
      }
    }
    try (Model model = ModelCheck.load(writer.bytes()).compile(device);
        Tensor x = Tensor.of(values, values.length)) {
      Map<String, Tensor> results = model.run(Map.of("x", x));
      for (int saturate = 0; saturate < 2; saturate++) {
        for (DType dtype : FLOATS) {
          compare(results, dtype + "_" + saturate, dtype, values, saturate == 1);
        }
      }
    }
  }

  private static void compare(
      Map<String, Tensor> results, String name, DType dtype, float[] values, boolean saturate) {
    NarrowFloat format = NarrowFloat.of(dtype);
    Tensor narrow = Objects.requireNonNull(results.get(name));
    Tensor back = Objects.requireNonNull(results.get(name + "_back"));
    assertThat(narrow.dtype()).isEqualTo(dtype);
    for (int i = 0; i < values.length; i++) {
      boolean undefined = dtype.equals(DType.FLOAT8_E8M0) && values[i] < 0;
      if (!undefined) {
        // As an object, so that NaN equals NaN.
        Double expected = (double) format.decode(format.encode(values[i], saturate));
        assertThat(narrow.getDouble(i)).as("%s of %s", name, values[i]).isEqualTo(expected);
        assertThat(back.getDouble(i)).as("%s of %s", name, values[i]).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "interpreter", "opencl:0"})
  void integersWrapAroundAndMove(String device) {
    ModelCheck.assumeThere(device);
    float[] values = {-9, -8, -4.5f, -3.5f, -2, -1, 0, 0.5f, 1.5f, 3, 7, 8, 15, 16};
    OnnxWriter writer =
        OnnxWriter.opset(25).input("x", DType.FLOAT32, values.length).longs("half", 2, 7);
    for (DType dtype : INTEGERS) {
      writer
          .node("Cast", "x", dtype + "", OnnxWriter.integer("to", number(dtype)))
          .node("Reshape", dtype + " half", dtype + "_r")
          .node("Transpose", dtype + "_r", dtype + "_t", OnnxWriter.integers("perm", 1L, 0L))
          .output(dtype + "_t", dtype);
    }
    try (Model model = ModelCheck.load(writer.bytes()).compile(device);
        Tensor x = Tensor.of(values, values.length)) {
      Map<String, Tensor> results = model.run(Map.of("x", x));
      for (DType dtype : INTEGERS) {
        Tensor moved = Objects.requireNonNull(results.get(dtype + "_t"));
        assertThat(moved.dtype()).isEqualTo(dtype);
        int unused = 64 - dtype.bits();
        for (int i = 0; i < values.length; i++) {
          long rounded = (long) Math.rint(values[i]);
          long expected =
              dtype.code() == DType.Code.INT
                  ? rounded << unused >> unused
                  : rounded << unused >>> unused;
          int position = i % 7 * 2 + i / 7;
          assertThat(moved.getLong(position)).as("%s of %s", dtype, values[i]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void arithmeticOnThemIsRefused() {
    byte[] model =
        OnnxWriter.opset(25)
            .input("x", DType.FLOAT8_E5M2, 3)
            .node("Add", "x x", "y")
            .output("y", DType.FLOAT8_E5M2)
            .bytes();
    assertThatThrownBy(() -> ModelCheck.load(model))
        .isInstanceOf(UnsupportedOperatorsException.class)
        .hasMessageContaining("float8_e5m2");
  }
}
