package dev.weft.model;

import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT64;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Model;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sizes that only the run knows: read off tensors, or counted. */
class RunTimeShapesTest {
  private static Tensor ramp(long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, 0.5 * i - 3);
    }
    return tensor;
  }

  private static Tensor longs(long... values) {
    return Tensor.of(values, values.length);
  }

  private static final OnnxWriter RESHAPE =
      OnnxWriter.opset(14)
          .input("x", FLOAT32, "n", 6)
          .input("shape", INT64, 3)
          .node("Reshape", "x shape", "y")
          .node("Relu", "y", "z")
          .output("z");

  @Test
  void aReshapeReadsItsShape() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        RESHAPE,
        Map.of("x", ramp(4, 6), "shape", longs(2, 3, 4)),
        Map.of("x", ramp(4, 6), "shape", longs(-1, 2, 2)),
        Map.of("x", ramp(5, 6), "shape", longs(0, -1, 3)),
        Map.of("x", ramp(1, 6), "shape", longs(1, 0, 1)));
  }

  @Test
  void aShapeThatDoesNotFitIsRefusedAtRunTime() {
    for (String device : ModelCheck.DEVICES) {
      try (Model model = ModelCheck.load(RESHAPE.bytes()).compile(device)) {
        assertThatThrownBy(() -> model.run(Map.of("x", ramp(4, 6), "shape", longs(5, 5, 1))))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("can't be reshaped")
            .hasMessageContaining("node 'Reshape_0' (Reshape)");
        assertThatThrownBy(() -> model.run(Map.of("x", ramp(4, 6), "shape", longs(-1, -1, 1))))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("more than one -1");
        assertThatThrownBy(() -> model.run(Map.of("x", ramp(4, 6), "shape", longs(-2, 3, 4))))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("negative");
        // The model is as good as before.
        model.run(Map.of("x", ramp(4, 6), "shape", longs(2, 3, 4)));
      }
    }
  }

  /** An empty batch is no reason to fail, whatever the schedule makes of the product. */
  @Test
  void aProductOfNoRows() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, 0, 4)
            .initializer("w", ramp(4, 3))
            .node("MatMul", "x w", "y")
            .output("y"),
        Map.of("x", ramp(0, 4)));
  }

  @Test
  void expandReadsItsShapeAndFuses() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, 3, "n")
            .input("shape", INT64, 3)
            .node("Exp", "x", "e")
            .node("Expand", "e shape", "y")
            .node("Neg", "y", "z")
            .output("z"),
        Map.of("x", ramp(3, 1), "shape", longs(2, 1, 4)),
        Map.of("x", ramp(3, 5), "shape", longs(2, 3, 5)),
        Map.of("x", ramp(3, 5), "shape", longs(1, 1, 1)));
  }

  @Test
  void sizesThatMayDifferAreBroadcastAtRunTime() throws Exception {
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "a", "b")
            .input("y", FLOAT32, "c", "d")
            .node("Add", "x y", "s")
            .node("Mul", "s x", "z")
            .output("z");
    ModelCheck.matchesOnnxRuntime(
        writer,
        Map.of("x", ramp(3, 4), "y", ramp(3, 4)),
        Map.of("x", ramp(3, 1), "y", ramp(1, 4)),
        Map.of("x", ramp(1, 4), "y", ramp(3, 1)),
        Map.of("x", ramp(1, 1), "y", ramp(2, 5)));
    try (Model model = ModelCheck.load(writer.bytes()).compile("jvm")) {
      assertThatThrownBy(() -> model.run(Map.of("x", ramp(3, 4), "y", ramp(3, 5))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("can't be broadcast")
          .hasMessageContaining("Add_0");
    }
  }

  @Test
  void sizesThatMustBeEqualAreCheckedAtRunTime() throws Exception {
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", "k")
            .input("w", FLOAT32, "l", 5)
            .node("MatMul", "x w", "z")
            .output("z");
    ModelCheck.matchesOnnxRuntime(writer, Map.of("x", ramp(3, 4), "w", ramp(4, 5)));
    try (Model model = ModelCheck.load(writer.bytes()).compile("jvm")) {
      assertThatThrownBy(() -> model.run(Map.of("x", ramp(3, 4), "w", ramp(3, 5))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("MatMul_0");
    }
  }

  @Test
  void shapeArithmeticOnShapesReadAtRunTime() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 4)
            .input("rows", INT64, 1)
            .longs("rest", -1)
            .node("Concat", "rows rest", "shape", OnnxWriter.integer("axis", 0))
            .node("Reshape", "x shape", "y")
            .node("Shape", "y", "s")
            .node("ConstantOfShape", "s", "zeros")
            .node("Add", "y zeros", "z")
            .output("z"),
        Map.of("x", ramp(3, 4), "rows", longs(6)),
        Map.of("x", ramp(5, 4), "rows", longs(2)));
  }

  @Test
  void nonZeroCountsThenCollects() throws Exception {
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 3)
            .node("Relu", "x", "y")
            .node("NonZero", "y", "i")
            .node("Transpose", "i", "z")
            .output("z", INT64);
    ModelCheck.matchesOnnxRuntime(
        writer,
        Map.of("x", ramp(5, 3)),
        Map.of("x", ramp(1, 3)), // no element
        Map.of("x", ramp(40, 3)));
  }

  @Test
  void slicesWhoseBoundsTensorsHold() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 5)
            .input("b", INT64, 2)
            .input("e", INT64, 2)
            .input("a", INT64, 2)
            .input("s", INT64, 2)
            .node("Slice", "x b e a s", "y")
            .node("Neg", "y", "z")
            .output("z"),
        slice(longs(1, 0), longs(4, 5), longs(0, 1), longs(1, 1)),
        slice(longs(0, -1), longs(5, -100), longs(1, 0), longs(2, -1)),
        slice(longs(-2, 4), longs(Long.MAX_VALUE, 0), longs(-2, -1), longs(1, -3)),
        slice(longs(3, 0), longs(2, 1), longs(0, 1), longs(1, 1)),
        slice(longs(3, 0), longs(Long.MIN_VALUE, 1), longs(0, 1), longs(-2, 1)));
  }

  private static Map<String, Tensor> slice(Tensor b, Tensor e, Tensor a, Tensor s) {
    return Map.of("x", ramp(6, 5), "b", b, "e", e, "a", a, "s", s);
  }

  @Test
  void padsThatTensorsHold() throws Exception {
    for (String mode : new String[] {"constant", "edge", "reflect"}) {
      ModelCheck.matchesOnnxRuntime(
          OnnxWriter.opset(18)
              .input("x", FLOAT32, "n", 4)
              .input("p", INT64, 4)
              .node("Pad", "x p", "z", OnnxWriter.text("mode", mode))
              .output("z"),
          Map.of("x", ramp(3, 4), "p", longs(1, 0, 2, 3)),
          Map.of("x", ramp(5, 4), "p", longs(0, 1, 0, 1)));
    }
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(18)
            .input("x", FLOAT32, "n", 4)
            .input("p", INT64, 2)
            .input("a", INT64, 1)
            .input("v", FLOAT32)
            .node("Pad", "x p v a", "z")
            .output("z"),
        Map.of("x", ramp(3, 4), "p", longs(1, -2), "a", longs(1), "v", scalar(FLOAT32, 7)),
        Map.of("x", ramp(3, 4), "p", longs(-1, 2), "a", longs(-2), "v", scalar(FLOAT32, -7)));
  }

  @Test
  void reductionsWhoseAxesATensorHolds() throws Exception {
    for (String op : new String[] {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceLogSumExp"}) {
      for (long keep = 0; keep < 2; keep++) {
        ModelCheck.matchesOnnxRuntime(
            OnnxWriter.opset(18)
                .input("x", FLOAT32, "n", 3, "m")
                .input("axes", INT64, 2)
                .node(op, "x axes", "y", OnnxWriter.integer("keepdims", keep))
                .node("Neg", "y", "z")
                .output("z"),
            Map.of("x", ramp(2, 3, 4), "axes", longs(0, 1)),
            Map.of("x", ramp(5, 3, 1), "axes", longs(-1, 0)),
            Map.of("x", ramp(1, 3, 6), "axes", longs(2, 1)));
      }
    }
  }

  @Test
  void axesOfSqueezeAndUnsqueezeThatATensorHolds() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "a", "b", "c")
            .input("drop", INT64, 1)
            .input("add", INT64, 2)
            .node("Squeeze", "x drop", "y")
            .node("Unsqueeze", "y add", "z")
            .output("z"),
        Map.of("x", ramp(1, 3, 4), "drop", longs(0), "add", longs(0, 3)),
        Map.of("x", ramp(2, 3, 1), "drop", longs(-1), "add", longs(-2, 0)),
        Map.of("x", ramp(2, 1, 5), "drop", longs(1), "add", longs(2, 1)));
  }

  @Test
  void splitAndTileReadTheirSizes() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 3)
            .input("parts", INT64, 2)
            .input("repeats", INT64, 2)
            .node("Split", "x parts", "a b", OnnxWriter.integer("axis", 0))
            .node("Tile", "b repeats", "z")
            .output("a")
            .output("z"),
        Map.of("x", ramp(5, 3), "parts", longs(2, 3), "repeats", longs(2, 1)),
        Map.of("x", ramp(7, 3), "parts", longs(6, 1), "repeats", longs(1, 3)));
  }

  @Test
  void rangeOfEveryKind() throws Exception {
    for (var dtype : new DType[] {FLOAT32, INT64}) {
      OnnxWriter writer =
          OnnxWriter.opset(13)
              .input("start", dtype)
              .input("limit", dtype)
              .input("delta", dtype)
              .node("Range", "start limit delta", "r")
              .node("Neg", "r", "z")
              .output("z", dtype);
      ModelCheck.matchesOnnxRuntime(
          writer, range(dtype, 1, 10, 2), range(dtype, 10, -5, -4), range(dtype, 3, 3, 1));
    }
  }

  private static Map<String, Tensor> range(DType dtype, double start, double limit, double delta) {
    return Map.of(
        "start",
        scalar(dtype, start),
        "limit",
        scalar(dtype, limit),
        "delta",
        scalar(dtype, delta));
  }

  private static Tensor scalar(DType dtype, double value) {
    Tensor tensor = Tensor.allocate(dtype);
    tensor.setDouble(0, value);
    return tensor;
  }
}
