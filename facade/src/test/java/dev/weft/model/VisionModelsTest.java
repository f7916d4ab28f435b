package dev.weft.model;

import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.text;

import dev.weft.base.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Networks on pictures: compiled once, run at several sizes. */
final class VisionModelsTest {
  private final Random random = new Random(11);

  /** Numbers scaled so that sums of {@code terms} of them stay near 1. */
  private Tensor normal(double terms, long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, random.nextGaussian() / Math.sqrt(terms));
    }
    return tensor;
  }

  private void convolution(OnnxWriter writer, String from, String to, int in, int out, int kernel) {
    long pad = kernel / 2;
    writer
        .initializer(to + "_w", normal(in * kernel * kernel, out, in, kernel, kernel))
        .initializer(to + "_b", normal(4, out))
        .node(
            "Conv",
            from + " " + to + "_w " + to + "_b",
            to + "_c",
            integers("pads", pad, pad, pad, pad))
        .node("Relu", to + "_c", to);
  }

  /** Down twice by pooling, up once by a transposed convolution and once by resizing. */
  @Test
  void aUNet() throws Exception {
    OnnxWriter writer = OnnxWriter.opset(13).input("x", FLOAT32, "n", 3, "h", "w");
    convolution(writer, "x", "a", 3, 6, 3);
    writer.node(
        "MaxPool", "a", "a2", integers("kernel_shape", 2L, 2L), integers("strides", 2L, 2L));
    convolution(writer, "a2", "b", 6, 8, 3);
    writer.node(
        "MaxPool", "b", "b2", integers("kernel_shape", 2L, 2L), integers("strides", 2L, 2L));
    convolution(writer, "b2", "c", 8, 8, 3);
    writer
        .initializer("up_w", normal(32, 8, 8, 2, 2))
        .node("ConvTranspose", "c up_w", "up", integers("strides", 2L, 2L))
        .node("Concat", "up b", "skip", integer("axis", 1));
    convolution(writer, "skip", "d", 16, 6, 3);
    writer
        .longs("zero", 0)
        .longs("two", 2)
        .longs("four", 4)
        .node("Shape", "d", "small")
        .node("Shape", "a", "large")
        .node("Slice", "small zero two", "channels")
        .node("Slice", "large two four", "extent")
        .node("Concat", "channels extent", "sizes", integer("axis", 0))
        .node("Resize", "d _ _ sizes", "e", text("mode", "linear"))
        .node("Concat", "e a", "skip2", integer("axis", 1));
    convolution(writer, "skip2", "f", 12, 4, 3);
    convolution(writer, "f", "g", 4, 2, 1);
    writer.node("Softmax", "g", "y", integer("axis", 1)).output("y");
    ModelCheck.matchesOnnxRuntime(
        writer,
        Map.of("x", normal(1, 1, 3, 8, 12)),
        Map.of("x", normal(1, 2, 3, 16, 8)),
        Map.of("x", normal(1, 1, 3, 4, 4)));
  }

  /** Boxes and scores of each place, the best of them, those that overlap left out. */
  @Test
  void aDetectionHead() throws Exception {
    OnnxWriter writer = OnnxWriter.opset(13).input("x", FLOAT32, 1, 4, "h", "w");
    convolution(writer, "x", "features", 4, 8, 3);
    writer
        .initializer("box_w", normal(8, 4, 8, 1, 1))
        .initializer("score_w", normal(8, 3, 8, 1, 1))
        .longs("boxShape", 1, 4, -1)
        .longs("scoreShape", 1, 3, -1)
        .longs("k", 12)
        .longs("most", 4)
        .longs("three", 3)
        .longs("zero", 0)
        .longs("one", 1)
        .longs("last", 2)
        .floats("overlap", new float[] {0.5f}, 1)
        .floats("least", new float[] {0.3f}, 1)
        .node("Conv", "features box_w", "rawBoxes")
        .node("Conv", "features score_w", "rawScores")
        .node("Reshape", "rawBoxes boxShape", "flatBoxes")
        .node("Transpose", "flatBoxes", "boxes", integers("perm", 0L, 2L, 1L))
        .node("Sigmoid", "rawScores", "scores")
        .node("Reshape", "scores scoreShape", "flatScores")
        .node("ReduceMax", "flatScores", "bestScores", integers("axes", 1L), integer("keepdims", 0))
        .node("TopK", "bestScores k", "topScores topAt", integer("axis", -1))
        .node("Squeeze", "topAt zero", "at")
        .node("Gather", "boxes at", "topBoxes", integer("axis", 1))
        .node("Gather", "flatScores at", "classScores", integer("axis", 2))
        .node(
            "NonMaxSuppression",
            "topBoxes classScores most overlap least",
            "kept",
            integer("center_point_box", 1))
        .longs("axis1", 1)
        .node("Slice", "kept last three axis1", "keptAt")
        .longs("flat", -1)
        .node("Reshape", "keptAt flat", "keptFlat")
        .node("Gather", "topBoxes keptFlat", "result", integer("axis", 1))
        .output("kept", INT64)
        .output("result")
        .output("topScores");
    ModelCheck.matchesOnnxRuntime(
        writer,
        Map.of("x", normal(1, 1, 4, 5, 6)),
        Map.of("x", normal(1, 1, 4, 3, 4)),
        Map.of("x", normal(1, 1, 4, 9, 7)));
  }
}
