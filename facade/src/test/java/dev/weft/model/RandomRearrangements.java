package dev.weft.model;

import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.text;

import dev.weft.base.DType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws valid nodes that move elements, and sequences of tensors. */
final class RandomRearrangements {
  private RandomRearrangements() {}

  static void addTo(Map<String, Consumer<RandomModel>> all) {
    moves(all);
    created(all);
    sequences(all);
  }

  private static void moves(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "Slice",
        m -> {
          m.floats("x", 5, 6);
          long step = m.of(1L, 2L, -1L, -2L);
          m.writer().longs("from", step > 0 ? m.in(-9, 3) : m.in(2, 9), 1);
          m.writer().longs("to", step > 0 ? m.in(1, 9) : m.in(-9, 1), -1);
          m.writer().longs("axes", 0, 1).longs("steps", step, 1);
          m.node("Slice", "x from to axes steps");
        });
    all.put(
        "Pad",
        m -> {
          m.floats("x", 3, 4).floats("value");
          m.writer().longs("pads", m.in(0, 2), m.in(-1, 3), m.in(0, 2), m.in(0, 3));
          String mode = m.of("constant", "reflect", "edge", "wrap");
          m.node("Pad", mode.equals("constant") ? "x pads value" : "x pads", text("mode", mode));
        });
    all.put(
        "GatherND",
        m -> {
          m.floats("x", 2, 3, 4).integers("i", DType.INT64, -2, 1, 2, m.in(1, 2));
          m.node("GatherND", "x i", integer("batch_dims", m.in(0, 1)));
        });
    all.put(
        "Gather",
        m -> {
          m.floats("x", 3, 4, 3).integers("i", m.of(DType.INT32, DType.INT64), -3, 2, 2, 2);
          m.node("Gather", "x i", integer("axis", m.in(-3, 2)));
        });
    all.put(
        "Transpose",
        m -> {
          m.floats("x", m.shape(3, 4));
          m.node(
              "Transpose", "x", m.of(integers("perm", 2L, 0L, 1L), integers("perm", 1L, 0L, 2L)));
        });
    all.put(
        "DepthToSpace",
        m -> {
          m.floats("x", 1, 8, m.in(1, 3), 2);
          m.node("DepthToSpace", "x", integer("blocksize", 2), text("mode", m.of("DCR", "CRD")));
        });
    all.put(
        "SpaceToDepth",
        m -> {
          m.floats("x", 2, 2, 4, 6);
          m.node("SpaceToDepth", "x", integer("blocksize", 2));
        });
    all.put(
        "Split",
        m -> {
          m.floats("x", 7, 3);
          m.writer().longs("sizes", 2, 5);
          m.node("Split", "x sizes", List.of(DType.FLOAT32, DType.FLOAT32), integer("axis", 0));
        });
    all.put(
        "CenterCropPad",
        m -> {
          m.floats("x", m.in(2, 7), m.in(2, 7), 3);
          m.writer().longs("shape", m.in(1, 8), m.in(1, 8));
          m.node("CenterCropPad", "x shape", integers("axes", 0L, 1L));
        });
    all.put(
        "Col2Im",
        m -> {
          m.floats("x", 1, 2L * 2 * 2, 2L * 3);
          m.writer().longs("image", 4, 6).longs("block", 2, 2);
          m.node("Col2Im", "x image block", integers("strides", 2L, 2L));
        });
  }

  private static void created(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "NonZero",
        m -> {
          m.integers("x", m.of(DType.INT64, DType.BOOL, DType.UINT8), 0, 1, m.shape(m.in(1, 3), 4));
          m.node("NonZero", "x", List.of(DType.INT64));
        });
    all.put(
        "EyeLike",
        m -> {
          m.floats("x", m.shape(2, 5));
          m.node("EyeLike", "x", integer("k", m.in(-3, 3)));
        });
    for (String op : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
      all.put(
          op,
          m -> {
            m.writer().scalar("n", m.in(1, 12));
            m.floats("unused", 1);
            m.node(op, "n", integer("periodic", m.in(0, 1)));
          });
    }
    all.put(
        "MelWeightMatrix",
        m -> {
          m.writer().scalar("bins", m.in(2, 8)).scalar("dft", 16).scalar("rate", 8192);
          m.writer().floats("low", new float[] {0}).floats("high", new float[] {4096});
          m.floats("unused", 1);
          m.node("MelWeightMatrix", "bins dft rate low high");
        });
    all.put(
        "STFT",
        m -> {
          m.floats("x", 1, m.in(16, 24), 1);
          m.writer().scalar("step", m.in(2, 8)).scalar("length", 8);
          m.writer().floats("w", new float[] {1, 2, 3, 4, 4, 3, 2, 1}, 8);
          m.node("STFT", m.of("x step w", "x step _ length"), integer("onesided", m.in(0, 1)));
        });
    all.put(
        "DFT",
        m -> {
          m.floats("x", 2, m.in(3, 8), m.in(1, 2));
          m.node("DFT", "x", integer("inverse", m.in(0, 1)));
        });
    all.put(
        "RandomUniform",
        m -> {
          // Only the shape is the same everywhere: the numbers are compared with themselves.
          m.floats("unused", 1);
          m.writer()
              .node(
                  "RandomUniform",
                  "",
                  "r",
                  integers("shape", 3L, (long) m.in(1, 5)),
                  number("low", 1),
                  number("high", 2));
          m.writer().node("Floor", "r", "one");
          m.node("Shape", "one", List.of(DType.INT64));
        });
  }

  private static void sequences(Map<String, Consumer<RandomModel>> all) {
    all.put(
        "SplitToSequence",
        m -> {
          m.floats("x", m.in(3, 7), 2);
          m.writer().scalar("two", 2).scalar("at", m.in(-1, 1));
          m.writer().node("SplitToSequence", "x two", "s", integer("axis", 0));
          m.node("SequenceAt", "s at");
        });
    all.put(
        "ConcatFromSequence",
        m -> {
          m.floats("x", 2, 3).floats("y", 2, 3);
          m.writer().scalar("at", m.in(0, 1));
          m.writer().node("SequenceConstruct", "x y", "s").node("SequenceInsert", "s y at", "t");
          boolean stacks = m.flip();
          m.node(
              "ConcatFromSequence",
              "t",
              integer("axis", m.in(0, 1)),
              integer("new_axis", stacks ? 1 : 0));
        });
    all.put(
        "SequenceLength",
        m -> {
          m.floats("x", 2, 3).floats("y", 2, 3);
          m.writer().scalar("at", m.in(-2, 1));
          m.writer().node("SequenceConstruct", "x y x", "s").node("SequenceErase", "s at", "t");
          m.node("SequenceLength", "t", List.of(DType.INT64));
        });
    all.put(
        "OptionalGetElement",
        m -> {
          m.floats("x", 2, 3);
          m.writer().node("Optional", "x", "o");
          m.node("OptionalGetElement", "o");
        });
    all.put(
        "OptionalHasElement",
        m -> {
          m.floats("x", 2, 3);
          m.writer().node("Optional", "x", "o");
          m.node("OptionalHasElement", "o", List.of(DType.BOOL));
        });
  }
}
