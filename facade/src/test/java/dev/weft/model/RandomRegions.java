package dev.weft.model;

import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.text;

import dev.weft.base.DType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws valid products of matrices, convolutions, regions of pictures and normalisations. */
final class RandomRegions {
  private RandomRegions() {}

  static void addTo(Map<String, Consumer<RandomModel>> all) {
    products(all);
    pictures(all);
    quantised(all);
  }

  private static void products(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "Gemm",
        m -> {
          int a = m.in(0, 1);
          int b = m.in(0, 1);
          m.floats("a", a == 0 ? 3 : 5, a == 0 ? 5 : 3).floats("b", b == 0 ? 5 : 4, b == 0 ? 4 : 5);
          m.floats("c", m.of(1L, 3L), m.of(1L, 4L));
          m.node(
              "Gemm",
              m.of("a b", "a b c"),
              integer("transA", a),
              integer("transB", b),
              number("alpha", 0.5f),
              number("beta", 2));
        });
    all.put(
        "MatMul",
        m -> {
          m.floats("a", m.of(1L, 2L), m.in(1, 9), 7).floats("b", m.of(1L, 2L), 7, m.in(1, 9));
          m.node("MatMul", "a b");
        });
    all.put(
        "Conv",
        m -> {
          int groups = m.in(1, 2);
          m.floats("x", m.in(1, 2), 4, m.in(5, 8), m.in(5, 8)).floats("w", 6, 4 / groups, 3, 2);
          m.floats("b", 6);
          m.node(
              "Conv",
              m.of("x w", "x w b"),
              integer("group", groups),
              integers("strides", (long) m.in(1, 2), (long) m.in(1, 3)),
              integers("pads", 1L, 0L, (long) m.in(0, 2), 1L),
              integers("dilations", (long) m.in(1, 2), 1L));
        });
    for (String op : List.of("Softmax", "LogSoftmax")) {
      all.put(
          op,
          m -> {
            m.floats("x", m.shape(3, 6));
            m.node(op, "x", integer("axis", m.in(-3, 2)));
          });
    }
    all.put(
        "LRN",
        m -> {
          m.floats("x", 1, m.in(1, 6), 2, 2);
          m.node("LRN", "x", integer("size", m.of(1, 3, 5)), number("alpha", 0.5f));
        });
    all.put(
        "BatchNormalization",
        m -> {
          m.floats("x", 2, 3, 4).floats("s", 3).floats("b", 3).floats("mean", 3).floats("v", 3);
          m.writer().node("Mul", "v v", "variance");
          m.node("BatchNormalization", "x s b mean variance", number("epsilon", 1e-2f));
        });
    all.put(
        "MeanVarianceNormalization",
        m -> {
          m.floats("x", 2, 3, m.in(2, 4), 3);
          m.node("MeanVarianceNormalization", "x", integers("axes", 0L, 2L, 3L));
        });
  }

  private static void pictures(Map<String, Consumer<RandomModel>> all) {
    for (String op : List.of("GlobalAveragePool", "GlobalMaxPool")) {
      all.put(
          op,
          m -> {
            m.floats("x", m.shape(4, 5));
            m.node(op, "x");
          });
    }
    all.put(
        "GlobalLpPool",
        m -> {
          m.floats("x", m.shape(4, 5));
          m.node("GlobalLpPool", "x", integer("p", m.in(1, 3)));
        });
    all.put(
        "MaxUnpool",
        m -> {
          m.floats("x", 1, 2, 4, 6);
          m.writer()
              .node(
                  "MaxPool",
                  "x",
                  "p i",
                  integers("kernel_shape", 2L, 2L),
                  integers("strides", 2L, 2L));
          m.node("MaxUnpool", "p i", integers("kernel_shape", 2L, 2L), integers("strides", 2L, 2L));
        });
    all.put(
        "MaxRoiPool",
        m -> {
          m.floats("x", 1, 2, 6, 6);
          m.writer().floats("rois", new float[] {0, 0, 0, 3, 4, 0, 1, 2, 5, 5}, 2, 5);
          m.node(
              "MaxRoiPool",
              "x rois",
              integers("pooled_shape", (long) m.in(1, 3), 2L),
              number("spatial_scale", 1));
        });
    all.put(
        "RoiAlign",
        m -> {
          m.floats("x", 1, 2, 6, 6);
          m.writer().floats("rois", new float[] {0, 0, 3, 4, 1, 2, 5, 5}, 2, 4).longs("b", 0, 0);
          m.node(
              "RoiAlign",
              "x rois b",
              integer("output_height", 2),
              integer("output_width", m.in(1, 3)),
              integer("sampling_ratio", m.in(1, 2)),
              text("mode", "avg"),
              text("coordinate_transformation_mode", m.of("half_pixel", "output_half_pixel")));
        });
    all.put(
        "NonMaxSuppression",
        m -> {
          m.floats("corners", 1, 6, 4).floats("scores", 1, 2, 6);
          m.writer().longs("most", m.in(0, 4));
          m.writer().floats("overlap", new float[] {0.3f}, 1).floats("least", new float[] {-1}, 1);
          m.node(
              "NonMaxSuppression",
              "corners scores most overlap least",
              List.of(DType.INT64),
              integer("center_point_box", 0));
        });
    all.put(
        "AffineGrid",
        m -> {
          m.floats("theta", 2, 2, 3);
          int corners = m.in(0, 1);
          // The corners of a single element: the standard divides by 0.
          m.writer().longs("size", 2, 3, m.in(1 + corners, 4), m.in(1 + corners, 4));
          m.node("AffineGrid", "theta size", integer("align_corners", corners));
        });
  }

  private static void quantised(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "ConvInteger",
        m -> {
          m.integers("x", DType.UINT8, 0, 255, 1, 2, 5, 5);
          m.integers("w", DType.UINT8, 0, 255, 3, 2, 2, 2).integers("z", DType.UINT8, 0, 255);
          m.node("ConvInteger", m.of("x w", "x w z"), List.of(DType.INT32));
        });
    all.put(
        "QLinearMatMul",
        m -> {
          m.integers("a", DType.UINT8, 0, 255, m.in(1, 4), 5);
          m.integers("b", DType.UINT8, 0, 255, 5, 3);
          scale(m, "sa", 0.01f, "za", 120);
          scale(m, "sb", 0.02f, "zb", 3);
          scale(m, "sy", 0.05f, "zy", 100);
          m.node("QLinearMatMul", "a sa za b sb zb sy zy", List.of(DType.UINT8));
        });
    all.put(
        "QLinearConv",
        m -> {
          m.integers("x", DType.UINT8, 0, 255, 1, 2, 5, m.in(4, 6));
          m.integers("w", DType.UINT8, 0, 255, 3, 2, 2, 2);
          scale(m, "sx", 0.01f, "zx", 120);
          scale(m, "sw", 0.02f, "zw", 130);
          scale(m, "sy", 0.05f, "zy", 100);
          m.node(
              "QLinearConv",
              "x sx zx w sw zw sy zy",
              List.of(DType.UINT8),
              integers("pads", 1L, 0L, 0L, 1L));
        });
  }

  private static void scale(RandomModel m, String scale, float value, String zero, int point) {
    m.writer().floats(scale, new float[] {value});
    m.integers(zero, DType.UINT8, point, point);
  }
}
