package dev.weft.model;

import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.text;

import dev.weft.base.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws valid nodes of one operator each: shapes, attributes, optional inputs. */
final class RandomOperators {
  private RandomOperators() {}

  static Map<String, Consumer<RandomModel>> all() {
    Map<String, Consumer<RandomModel>> all = new LinkedHashMap<>();
    positions(all);
    normalisations(all);
    windows(all);
    recurrent(all);
    quantised(all);
    RandomPointwise.addTo(all);
    RandomRearrangements.addTo(all);
    RandomRegions.addTo(all);
    return all;
  }

  private static void positions(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "GatherElements",
        m -> {
          m.floats("x", 4, 5).integers("i", DType.INT64, -4, 3, m.in(1, 6), m.in(1, 5));
          m.node("GatherElements", "x i", integer("axis", 0));
        });
    all.put(
        "ScatterElements",
        m -> {
          long rows = m.in(1, 5);
          m.floats("x", 4, 5).integers("i", DType.INT64, -4, 3, rows, 5).floats("u", rows, 5);
          String reduction = m.of("add", "mul", "max", "min");
          m.node("ScatterElements", "x i u", integer("axis", 0), text("reduction", reduction));
        });
    all.put(
        "ScatterND",
        m -> {
          long count = m.in(1, 4);
          m.floats("x", 5, 3).integers("i", DType.INT64, 0, 4, count, 1).floats("u", count, 3);
          m.node("ScatterND", "x i u", text("reduction", m.of("add", "mul", "max", "min")));
        });
    all.put(
        "TopK",
        m -> {
          m.floats("x", m.in(1, 4), 6);
          m.writer().longs("k", m.in(1, 6));
          List<DType> outs = List.of(DType.FLOAT32, DType.INT64);
          m.node("TopK", "x k", outs, integer("axis", -1), integer("largest", m.in(0, 1)));
        });
    all.put(
        "CumSum",
        m -> {
          m.floats("x", m.shape(3, 4));
          m.writer().scalar("axis", m.in(-3, 2));
          m.node(
              "CumSum", "x axis", integer("exclusive", m.in(0, 1)), integer("reverse", m.in(0, 1)));
        });
    all.put(
        "Trilu",
        m -> {
          m.floats("x", m.shape(m.in(2, 3), 5));
          m.writer().scalar("k", m.in(-3, 3));
          m.node("Trilu", "x k", integer("upper", m.in(0, 1)));
        });
    all.put(
        "OneHot",
        m -> {
          m.integers("i", DType.INT64, -5, 4, m.shape(m.in(1, 2), 4)).floats("v", 2);
          m.writer().longs("depth", 5);
          m.node("OneHot", "i depth v", integer("axis", m.in(-1, 1)));
        });
    all.put(
        "ReverseSequence",
        m -> {
          m.floats("x", 5, 3, 2).integers("n", DType.INT64, 1, 5, 3);
          m.node("ReverseSequence", "x n", integer("time_axis", 0), integer("batch_axis", 1));
        });
    all.put(
        "Hardmax",
        m -> {
          m.floats("x", m.shape(3, 4));
          m.node("Hardmax", "x", integer("axis", m.in(-3, 2)));
        });
    all.put(
        "Compress",
        m -> {
          m.floats("x", 4, 3).integers("c", DType.BOOL, 0, 1, 4);
          m.node("Compress", "x c", integer("axis", 0));
        });
    all.put(
        "Unique",
        m -> {
          m.integers("x", DType.INT64, 0, 4, m.in(1, 12));
          List<DType> outs = List.of(DType.INT64, DType.INT64, DType.INT64, DType.INT64);
          m.node("Unique", "x", outs, integer("sorted", m.in(0, 1)));
        });
    all.put(
        "Einsum",
        m -> {
          m.floats("a", 3, 4).floats("b", 4, 2);
          m.node(
              "Einsum",
              "a b",
              text("equation", m.of("ij,jk->ik", "ij,jk", "ij,jk->ki", "ij,jk->")));
        });
  }

  private static void normalisations(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "LayerNormalization",
        m -> {
          long width = m.in(2, 6);
          m.floats("x", m.in(1, 3), 3, width).floats("s", width).floats("b", width);
          // A bias left out by an empty name crashes ONNX Runtime 1.29.
          m.node("LayerNormalization", m.of("x s b", "x s"), number("epsilon", 1e-3f));
        });
    all.put(
        "InstanceNormalization",
        m -> {
          m.floats("x", 2, 3, m.in(2, 5), 4).floats("s", 3).floats("b", 3);
          m.node("InstanceNormalization", "x s b", number("epsilon", 1e-2f));
        });
    all.put(
        "LpNormalization",
        m -> {
          m.floats("x", m.shape(3, 4));
          m.node("LpNormalization", "x", integer("axis", m.in(0, 2)), integer("p", m.in(1, 2)));
        });
    all.put(
        "Det",
        m -> {
          long n = m.in(1, 4);
          m.floats("x", 2, n, n);
          m.node("Det", "x");
        });
  }

  private static void windows(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "MaxPool",
        m -> {
          m.floats("x", 1, 2, m.in(5, 8), m.in(5, 8));
          m.node(
              "MaxPool",
              "x",
              List.of(DType.FLOAT32, DType.INT64),
              integers("kernel_shape", 3L, 2L),
              integers("strides", (long) m.in(1, 2), (long) m.in(1, 3)),
              integers("pads", 1L, 0L, (long) m.in(0, 1), 1L),
              integers("dilations", (long) m.in(1, 2), 1L));
        });
    all.put(
        "AveragePool",
        m -> {
          m.floats("x", 1, 2, m.in(5, 8), m.in(5, 8));
          m.node(
              "AveragePool",
              "x",
              integers("kernel_shape", 3L, 2L),
              integers("strides", 2L, (long) m.in(1, 2)),
              integers("pads", 1L, 0L, (long) m.in(0, 1), 1L),
              integer("count_include_pad", m.in(0, 1)));
        });
    all.put(
        "LpPool",
        m -> {
          m.floats("x", 1, 2, m.in(4, 7), 5);
          m.node("LpPool", "x", integers("kernel_shape", 2L, 2L), integer("p", m.in(1, 3)));
        });
    all.put(
        "ConvTranspose",
        m -> {
          int groups = m.in(1, 2);
          m.floats("x", 1, 2L * groups, m.in(2, 4), 3).floats("w", 2L * groups, 3, 3, 2);
          long stride = m.in(1, 3);
          m.node(
              "ConvTranspose",
              "x w",
              integer("group", groups),
              integers("strides", stride, 2L),
              integers("pads", 1L, 0L, (long) m.in(0, 1), 1L),
              integers("output_padding", stride - 1, 0L),
              integers("dilations", (long) m.in(1, 2), 1L));
        });
    all.put(
        "DeformConv",
        m -> {
          m.floats("x", 1, 2, 5, 4).floats("w", 3, 2, 2, 2).floats("o", 1, 8, 4, 3);
          m.floats("b", 3).floats("m", 1, 4, 4, 3);
          m.node("DeformConv", m.of("x w o", "x w o b", "x w o b m"));
        });
    all.put(
        "Resize",
        m -> {
          m.floats("x", 1, 2, m.in(3, 6), m.in(3, 6));
          m.writer().longs("sizes", 1, 2, m.in(2, 9), m.in(2, 9));
          String mode = m.of("nearest", "linear", "cubic");
          m.node(
              "Resize",
              "x _ _ sizes",
              text("mode", mode),
              number("cubic_coeff_a", -0.5f),
              text(
                  "coordinate_transformation_mode",
                  m.of("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")));
        });
    all.put(
        "GridSample",
        m -> {
          m.floats("x", 2, 3, m.in(3, 6), m.in(3, 6)).floats("g", 2, 4, 3, 2);
          m.node(
              "GridSample",
              "x g",
              text("mode", m.of("nearest", "linear", "cubic")),
              text("padding_mode", m.of("zeros", "border", "reflection")),
              integer("align_corners", m.in(0, 1)));
        });
  }

  private static void recurrent(Map<String, Consumer<RandomModel>> all) {
    recurrent(all, "RNN", 1, 2);
    recurrent(all, "GRU", 3, 2);
    recurrent(all, "LSTM", 4, 3);
  }

  private static void recurrent(
      Map<String, Consumer<RandomModel>> all, String op, int gates, int outputs) {
    all.put(
        op,
        m -> {
          long width = m.in(1, 4);
          long size = m.in(1, 3);
          long batch = m.in(1, 3);
          String direction = m.of("forward", "reverse", "bidirectional");
          long directions = direction.equals("bidirectional") ? 2 : 1;
          m.floats("x", m.in(1, 5), batch, size)
              .floats("w", directions, gates * width, size)
              .floats("r", directions, gates * width, width)
              .floats("b", directions, 2L * gates * width)
              .floats("h", directions, batch, width);
          List<DType> outs = Collections.nCopies(outputs, DType.FLOAT32);
          String inputs = m.of("x w r", "x w r b", "x w r b _ h");
          if (op.equals("GRU")) {
            m.node(
                op,
                inputs,
                outs,
                integer("hidden_size", width),
                text("direction", direction),
                integer("linear_before_reset", m.in(0, 1)));
          } else {
            m.node(op, inputs, outs, integer("hidden_size", width), text("direction", direction));
          }
        });
  }

  private static void quantised(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "QuantizeLinear",
        m -> {
          m.floats("x", 2, 3, 4);
          m.writer().floats("s", new float[] {0.1f, 0.25f, 0.02f}, 3);
          m.node("QuantizeLinear", "x s", List.of(DType.UINT8), integer("axis", 1));
        });
    all.put(
        "DequantizeLinear",
        m -> {
          m.integers("x", DType.INT8, -128, 127, 2, 3);
          m.writer().floats("s", new float[] {0.1f, 0.25f, 0.02f}, 3);
          m.integers("z", DType.INT8, -5, 5, 3);
          m.node("DequantizeLinear", "x s z", integer("axis", 1));
        });
    all.put(
        "MatMulInteger",
        m -> {
          m.integers("a", DType.UINT8, 0, 255, m.in(1, 4), 5);
          m.integers("b", DType.UINT8, 0, 255, 5, 3);
          m.integers("z", DType.UINT8, 0, 255);
          m.node("MatMulInteger", m.of("a b", "a b z"), List.of(DType.INT32));
        });
    all.put(
        "DynamicQuantizeLinear",
        m -> {
          m.floats("x", m.in(2, 9));
          List<DType> outs = List.of(DType.UINT8, DType.FLOAT32, DType.UINT8);
          m.node("DynamicQuantizeLinear", "x", outs);
        });
  }
}
