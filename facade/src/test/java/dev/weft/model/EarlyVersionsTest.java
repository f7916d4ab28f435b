package dev.weft.model;

import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.numbers;
import static dev.weft.model.OnnxWriter.sparse;
import static dev.weft.model.OnnxWriter.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Versions of operators that operator sets up to 9 had, one by one. ONNX Runtime lacks most of
 * them, so it runs what says the same in a newer set.
 */
class EarlyVersionsTest {
  private static final long NEW = 17;

  private final List<DynamicTest> tests = new ArrayList<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Random random = new Random(3);

  private EarlyVersionsTest with(String name, long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, random.nextDouble() * 2 - 0.5);
    }
    inputs.put(name, tensor);
    return this;
  }

  private EarlyVersionsTest bits(String name, DType dtype, long... shape) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setLong(i, random.nextInt(2));
    }
    inputs.put(name, tensor);
    return this;
  }

  /** The inputs so far through nodes of an old set give what they give through those of a new. */
  private void same(
      String name,
      long opset,
      DType result,
      UnaryOperator<OnnxWriter> old,
      UnaryOperator<OnnxWriter> current) {
    Map<String, Tensor> given = Map.copyOf(inputs);
    inputs.clear();
    tests.add(
        DynamicTest.dynamicTest(
            name + " in set " + opset,
            () ->
                ModelCheck.matches(
                    model(opset, given, result, old), model(NEW, given, result, current), given)));
  }

  private static OnnxWriter model(
      long opset, Map<String, Tensor> given, DType result, UnaryOperator<OnnxWriter> nodes) {
    OnnxWriter writer = OnnxWriter.opset(opset);
    given.forEach(
        (name, tensor) -> {
          Object[] dims = new Object[tensor.rank()];
          for (int i = 0; i < dims.length; i++) {
            dims[i] = tensor.shape()[i];
          }
          writer.input(name, tensor.dtype(), dims);
        });
    return nodes.apply(writer).output("y", result);
  }

  private static UnaryOperator<OnnxWriter> node(String op, String in, AttributeProto... attrs) {
    return writer -> writer.node(op, in, "y", attrs);
  }

  @TestFactory
  List<DynamicTest> saysTheSame() {
    arithmetic();
    layers();
    rearrangements();
    experimental();
    return tests;
  }

  private void arithmetic() {
    for (String op : List.of("Add", "Sub", "Mul", "Div", "Pow")) {
      for (long opset : new long[] {1, 6}) {
        // The second operand's first dimension belongs to the axis.
        with("x", 2, 3, 4)
            .with("b", 3)
            .same(
                op,
                opset,
                FLOAT32,
                node(op, "x b", integer("broadcast", 1), integer("axis", 1)),
                w -> w.longs("s", 3, 1).node("Reshape", "b s", "c").node(op, "x c", "y"));
        with("x", 2, 3, 4)
            .with("b", 3, 4)
            .same(op, opset, FLOAT32, node(op, "x b", integer("broadcast", 1)), node(op, "x b"));
        with("x", 2, 3)
            .with("b", 1)
            .same(op, opset, FLOAT32, node(op, "x b", integer("broadcast", 1)), node(op, "x b"));
      }
    }
    for (String op : List.of("Greater", "Less")) {
      with("x", 2, 3, 4)
          .with("b", 2)
          .same(
              op,
              1,
              BOOL,
              node(op, "x b", integer("broadcast", 1), integer("axis", 0)),
              w -> w.longs("s", 2, 1, 1).node("Reshape", "b s", "c").node(op, "x c", "y"));
    }
    for (String op : List.of("And", "Or", "Xor")) {
      bits("x", BOOL, 2, 3, 4)
          .bits("b", BOOL, 2, 3)
          .same(
              op,
              1,
              BOOL,
              node(op, "x b", integer("broadcast", 1), integer("axis", 0)),
              w -> w.longs("s", 2, 3, 1).node("Reshape", "b s", "c").node(op, "x c", "y"));
    }
    bits("x", INT64, 2, 3)
        .bits("b", INT64, 2)
        .same(
            "Equal",
            1,
            BOOL,
            node("Equal", "x b", integer("broadcast", 1), integer("axis", 0)),
            w -> w.longs("s", 2, 1).node("Reshape", "b s", "c").node("Equal", "x c", "y"));
    with("x", 3, 4)
        .same(
            "Clip",
            6,
            FLOAT32,
            node("Clip", "x", number("max", 0.75f)),
            w -> w.initializer("h", scalar(0.75f)).node("Clip", "x _ h", "y"));
    with("x", 3, 4)
        .same(
            "Clip",
            1,
            FLOAT32,
            node(
                "Clip",
                "x",
                number("min", 0),
                number("max", 0.5f),
                integers("consumed_inputs", 0L)),
            w ->
                w.initializer("l", scalar(0))
                    .initializer("h", scalar(0.5f))
                    .node("Clip", "x l h", "y"));
    with("x", 3, 4).same("Cast", 1, INT64, node("Cast", "x", text("to", "INT64")), cast(7));
    with("x", 3, 4)
        .same("Cast", 1, DType.FLOAT64, node("Cast", "x", text("to", "DOUBLE")), cast(11));
    with("x", 3, 4).same("Cast", 1, BOOL, node("Cast", "x", text("to", "BOOL")), cast(9));
    with("x", 3, 4)
        .same(
            "Selu",
            1,
            FLOAT32,
            node("Selu", "x"),
            node("Selu", "x", number("alpha", 1.6732f), number("gamma", 1.0507f)));
    with("x", 2, 3, 4)
        .with("b", 3)
        .same(
            "PRelu",
            1,
            FLOAT32,
            node("PRelu", "x b"),
            w -> w.longs("s", 3, 1).node("Reshape", "b s", "c").node("PRelu", "x c", "y"));
    with("x", 2, 3)
        .with("b", 2, 3)
        .with("c", 2, 3)
        .same("Max", 6, FLOAT32, node("Max", "x b c"), node("Max", "x b c"));
  }

  private static Tensor scalar(float value) {
    Tensor tensor = Tensor.allocate(FLOAT32);
    tensor.setDouble(0, value);
    return tensor;
  }

  private static UnaryOperator<OnnxWriter> cast(long to) {
    return node("Cast", "x", integer("to", to));
  }

  private void layers() {
    for (long opset : new long[] {1, 6}) {
      with("x", 2, 3, 4)
          .with("s", 3)
          .with("b", 3)
          .with("m", 3)
          .bits("v", FLOAT32, 3)
          .same(
              "BatchNormalization",
              opset,
              FLOAT32,
              node(
                  "BatchNormalization", "x s b m v", integer("is_test", 1), number("epsilon", .5f)),
              node("BatchNormalization", "x s b m v", number("epsilon", .5f)));
      with("x", 2, 3, 4)
          .with("s", 3, 4)
          .with("b", 3, 4)
          .with("m", 3, 4)
          .bits("v", FLOAT32, 3, 4)
          .same(
              "BatchNormalization of each element",
              opset,
              FLOAT32,
              node(
                  "BatchNormalization",
                  "x s b m v",
                  integer("is_test", 1),
                  integer("spatial", 0),
                  number("epsilon", 1)),
              w ->
                  w.initializer("one", scalar(1))
                      .node("Sub", "x m", "d")
                      .node("Add", "v one", "w")
                      .node("Sqrt", "w", "r")
                      .node("Div", "d r", "n")
                      .node("Mul", "n s", "t")
                      .node("Add", "t b", "y"));
      with("x", 3, 4)
          .same(
              "Dropout",
              opset,
              FLOAT32,
              node("Dropout", "x", integer("is_test", 1)),
              node("Identity", "x"));
      with("a", 3, 4)
          .with("b", 4, 2)
          .with("c", 2)
          .same(
              "Gemm",
              opset,
              FLOAT32,
              node("Gemm", "a b c", integer("broadcast", 1), number("beta", 2)),
              node("Gemm", "a b c", number("beta", 2)));
    }
    for (String op : List.of("Softmax", "LogSoftmax", "Hardmax")) {
      with("x", 2, 3, 4)
          .same(
              op,
              1,
              FLOAT32,
              node(op, "x"),
              w ->
                  w.longs("s", 2, 12)
                      .longs("t", 2, 3, 4)
                      .node("Reshape", "x s", "f")
                      .node(op, "f", "g", integer("axis", 1))
                      .node("Reshape", "g t", "y"));
    }
    recurrent("GRU", 3);
    recurrent("LSTM", 4);
    recurrent("RNN", 1);
    with("x", 1, 2, 4, 4)
        .same(
            "LpPool",
            1,
            FLOAT32,
            node("LpPool", "x", integers("kernel_shape", 2L, 2L), number("p", 2)),
            node("LpPool", "x", integers("kernel_shape", 2L, 2L), integer("p", 2)));
    with("x", 1, 2, 4, 4)
        .same(
            "GlobalLpPool",
            1,
            FLOAT32,
            node("GlobalLpPool", "x", number("p", 3)),
            node("GlobalLpPool", "x", integer("p", 3)));
    with("x", 2, 3, 4, 2)
        .same(
            "MeanVarianceNormalization",
            1,
            FLOAT32,
            node(
                "MeanVarianceNormalization",
                "x",
                integer("across_channels", 1),
                integer("normalize_variance", 0)),
            w ->
                w.node("ReduceMean", "x", "m", integers("axes", 0L, 1L, 2L, 3L))
                    .node("Sub", "x m", "y"));
  }

  private void recurrent(String op, int gates) {
    with("x", 3, 2, 4)
        .with("w", 1, gates * 5L, 4)
        .with("r", 1, gates * 5L, 5)
        .with("b", 1, gates * 10L)
        .same(
            op,
            1,
            FLOAT32,
            node(op, "x w r b", integer("hidden_size", 5), integer("output_sequence", 1)),
            node(op, "x w r b", integer("hidden_size", 5)));
  }

  private void rearrangements() {
    with("x", 2, 3)
        .same(
            "Pad",
            1,
            FLOAT32,
            node("Pad", "x", integers("paddings", 1L, 0L, 0L, 2L), number("value", 1.5f)),
            w -> w.longs("p", 1, 0, 0, 2).initializer("v", scalar(1.5f)).node("Pad", "x p v", "y"));
    with("x", 2, 3)
        .same(
            "Pad",
            2,
            FLOAT32,
            node("Pad", "x", integers("pads", 0L, 1L, 0L, 1L), text("mode", "reflect")),
            w -> w.longs("p", 0, 1, 0, 1).node("Pad", "x p", "y", text("mode", "reflect")));
    for (String mode : List.of("nearest", "bilinear")) {
      with("x", 1, 2, 3, 2)
          .same(
              "Upsample " + mode,
              1,
              FLOAT32,
              node(
                  "Upsample",
                  "x",
                  number("height_scale", 2),
                  number("width_scale", 3),
                  text("mode", mode)),
              resize(mode));
    }
    with("x", 1, 2, 3, 2)
        .same(
            "Upsample",
            7,
            FLOAT32,
            node("Upsample", "x", numbers("scales", 1f, 1f, 2f, 3f), text("mode", "nearest")),
            resize("nearest"));
    with("x", 2, 6)
        .same(
            "Reshape",
            1,
            FLOAT32,
            node("Reshape", "x", integers("shape", 0L, 3L, -1L)),
            w -> w.longs("s", 0, 3, -1).node("Reshape", "x s", "y"));
    with("x", 2, 3)
        .same(
            "Tile",
            1,
            FLOAT32,
            w ->
                w.initializer("n", scalar(3))
                    .initializer("a", scalar(1))
                    .node("Tile", "x n a", "y"),
            w -> w.longs("n", 1, 3).node("Tile", "x n", "y"));
    with("x", 2, 6)
        .same(
            "Split by an attribute",
            1,
            FLOAT32,
            w ->
                w.node("Split", "x", "p q", integer("axis", 1), integers("split", 2L, 4L))
                    .node("Concat", "q p", "y", integer("axis", 1)),
            w ->
                w.longs("l", 2, 4)
                    .node("Split", "x l", "p q", integer("axis", 1))
                    .node("Concat", "q p", "y", integer("axis", 1)));
    with("x", 2, 6)
        .same(
            "Split by an input",
            1,
            FLOAT32,
            w ->
                w.floats("l", new float[] {1, 5}, 2)
                    .node("Split", "x l", "p q", integer("axis", 1))
                    .node("Concat", "q p", "y"),
            w ->
                w.longs("l", 1, 5)
                    .node("Split", "x l", "p q", integer("axis", 1))
                    .node("Concat", "q p", "y", integer("axis", 1)));
    with("x", 2, 6)
        .same(
            "TopK",
            1,
            FLOAT32,
            w -> w.node("TopK", "x", "y i", integer("k", 2)),
            w -> w.longs("k", 2).node("TopK", "x k", "y i"));
    with("x", 4, 6)
        .same(
            "Slice",
            1,
            FLOAT32,
            node("Slice", "x", integers("starts", 1L, -3L), integers("ends", 3L, 100L)),
            w -> w.longs("s", 1, -3).longs("e", 3, 100).node("Slice", "x s e", "y"));
    with("x", 4, 6)
        .same(
            "Slice of an axis",
            1,
            FLOAT32,
            node("Slice", "x", integers("axes", 1L), integers("starts", 2L), integers("ends", -1L)),
            w -> w.longs("s", 2).longs("e", -1).longs("a", 1).node("Slice", "x s e a", "y"));
    with("x", 1, 3, 1)
        .same(
            "Squeeze and Unsqueeze",
            1,
            FLOAT32,
            w ->
                w.node("Squeeze", "x", "z", integers("axes", 0L))
                    .node("Unsqueeze", "z", "y", integers("axes", 0L, 3L)),
            w ->
                w.longs("a", 0)
                    .longs("b", 0, 3)
                    .node("Squeeze", "x a", "z")
                    .node("Unsqueeze", "z b", "y"));
    with("x", 2, 3)
        .same(
            "ReduceLogSumExp",
            1,
            FLOAT32,
            w ->
                w.node("Log", "x", "l")
                    .node(
                        "ReduceLogSumExp", "l", "y", integers("axes", 1L), integer("keepdims", 0)),
            w ->
                w.node("Log", "x", "l")
                    .node(
                        "ReduceLogSumExp", "l", "y", integers("axes", 1L), integer("keepdims", 0)));
    sparseConstants();
  }

  private void sparseConstants() {
    Tensor values = Tensor.of(new float[] {3, -1, 2}, 3);
    Tensor dense = Tensor.of(new float[] {0, 3, 0, -1, 0, 2}, 2, 3);
    with("x", 2, 3)
        .same(
            "Constant, sparse, by positions",
            11,
            FLOAT32,
            w ->
                w.node(
                        "Constant",
                        "",
                        "c",
                        sparse("sparse_value", values, Tensor.of(new long[] {1, 3, 5}, 3), 2L, 3L))
                    .node("Add", "x c", "y"),
            w -> w.initializer("c", dense).node("Add", "x c", "y"));
    with("x", 2, 3)
        .same(
            "Constant, sparse, by coordinates",
            13,
            FLOAT32,
            w ->
                w.node(
                        "Constant",
                        "",
                        "c",
                        sparse(
                            "sparse_value",
                            values,
                            Tensor.of(new long[] {0, 1, 1, 0, 1, 2}, 3, 2),
                            2L,
                            3L))
                    .node("Add", "x c", "y"),
            w -> w.initializer("c", dense).node("Add", "x c", "y"));
  }

  private static UnaryOperator<OnnxWriter> resize(String mode) {
    return w ->
        w.floats("scales", new float[] {1, 1, 2, 3}, 4)
            .node(
                "Resize",
                "x _ scales",
                "y",
                text("mode", mode.equals("nearest") ? "nearest" : "linear"),
                text("coordinate_transformation_mode", "asymmetric"),
                text("nearest_mode", "floor"));
  }

  private void experimental() {
    with("x", 2, 3)
        .same(
            "Affine",
            1,
            FLOAT32,
            node("Affine", "x", number("alpha", 2), number("beta", 0.5f)),
            w ->
                w.initializer("a", scalar(2))
                    .initializer("b", scalar(0.5f))
                    .node("Mul", "x a", "s")
                    .node("Add", "s b", "y"));
    with("x", 2, 3)
        .same(
            "Scale",
            1,
            FLOAT32,
            node("Scale", "x", number("scale", 3)),
            w -> w.initializer("a", scalar(3)).node("Mul", "x a", "y"));
    with("x", 2, 3)
        .same(
            "ScaledTanh",
            1,
            FLOAT32,
            node("ScaledTanh", "x", number("alpha", 2), number("beta", 0.5f)),
            w ->
                w.initializer("a", scalar(2))
                    .initializer("b", scalar(0.5f))
                    .node("Mul", "x b", "s")
                    .node("Tanh", "s", "t")
                    .node("Mul", "t a", "y"));
    with("x", 2, 3)
        .same(
            "ParametricSoftplus",
            1,
            FLOAT32,
            node("ParametricSoftplus", "x", number("alpha", 2), number("beta", 0.5f)),
            w ->
                w.initializer("a", scalar(2))
                    .initializer("b", scalar(0.5f))
                    .node("Mul", "x b", "s")
                    .node("Softplus", "s", "t")
                    .node("Mul", "t a", "y"));
    with("x", 1, 2, 2, 2)
        .same(
            "ImageScaler",
            1,
            FLOAT32,
            node("ImageScaler", "x", number("scale", 2), numbers("bias", 1f, -1f)),
            w ->
                w.initializer("a", scalar(2))
                    .floats("b", new float[] {1, -1}, 2, 1, 1)
                    .node("Mul", "x a", "s")
                    .node("Add", "s b", "y"));
    with("x", 1, 2, 6, 5)
        .same(
            "Crop by borders",
            1,
            FLOAT32,
            node("Crop", "x", integers("border", 1L, 2L, 1L, 0L)),
            w ->
                w.longs("s", 2, 1).longs("e", 6, 4).longs("a", 2, 3).node("Slice", "x s e a", "y"));
    with("x", 1, 2, 6, 5)
        .same(
            "Crop to a size",
            1,
            FLOAT32,
            node("Crop", "x", integers("border", 1L, 2L, 0L, 0L), integers("scale", 3L, 2L)),
            w ->
                w.longs("s", 2, 1).longs("e", 5, 3).longs("a", 2, 3).node("Slice", "x s e a", "y"));
    with("x", 4, 6)
        .same(
            "DynamicSlice",
            1,
            FLOAT32,
            w -> w.longs("s", 1).longs("e", 3).longs("a", 1).node("DynamicSlice", "x s e a", "y"),
            w -> w.longs("s", 1).longs("e", 3).longs("a", 1).node("Slice", "x s e a", "y"));
    with("x", 2, 3)
        .same(
            "ConstantFill",
            1,
            FLOAT32,
            w ->
                w.node("ConstantFill", "x", "c", number("value", 0.5f), integer("dtype", 1))
                    .node("Add", "x c", "y"),
            w -> w.initializer("c", scalar(0.5f)).node("Add", "x c", "y"));
  }
}
