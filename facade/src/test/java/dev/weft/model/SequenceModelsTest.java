package dev.weft.model;

import static dev.weft.base.DType.FLOAT32;

import dev.weft.base.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blocks of transformers and recurrences: compiled once, run at several lengths. */
class SequenceModelsTest {
  private static final int WIDTH = 16;
  private static final int HEADS = 2;
  private static final int HEAD = WIDTH / HEADS;

  private final Random random = new Random(5);

  private Tensor normal(double scale, long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, scale * random.nextGaussian());
    }
    return tensor;
  }

  private OnnxWriter weights(OnnxWriter writer, String... names) {
    for (String name : names) {
      writer.initializer(name, normal(0.3, WIDTH, WIDTH));
    }
    return writer;
  }

  /** {@code to = layer norm of from}, from elementary operators. */
  private static void norm(OnnxWriter writer, String from, String to) {
    writer
        .node("ReduceMean", from, to + "_m", OnnxWriter.integers("axes", -1L))
        .node("Sub", from + " " + to + "_m", to + "_c")
        .node("Mul", to + "_c " + to + "_c", to + "_q")
        .node("ReduceMean", to + "_q", to + "_v", OnnxWriter.integers("axes", -1L))
        .node("Add", to + "_v epsilon", to + "_e")
        .node("Sqrt", to + "_e", to + "_s")
        .node("Div", to + "_c " + to + "_s", to + "_n")
        .node("Mul", to + "_n gamma", to + "_g")
        .node("Add", to + "_g beta", to);
  }

  /** {@code to = from * weights} as {@code [batch, heads, length, head]}. */
  private static void heads(OnnxWriter writer, String from, String weights, String to) {
    writer
        .node("MatMul", from + " " + weights, to + "_p")
        .node("Concat", "batch length headsAndHead", to + "_shape", OnnxWriter.integer("axis", 0))
        .node("Reshape", to + "_p " + to + "_shape", to + "_h")
        .node("Transpose", to + "_h", to, OnnxWriter.integers("perm", 0L, 2L, 1L, 3L));
  }

  private OnnxWriter block(boolean cache) {
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "b", "s", WIDTH)
            .floats("epsilon", new float[] {1e-5f})
            .initializer("gamma", normal(1, WIDTH))
            .initializer("beta", normal(0.1, WIDTH))
            .floats("scale", new float[] {(float) Math.sqrt(HEAD)})
            .floats("half", new float[] {0.5f})
            .floats("one", new float[] {1})
            .floats("rootTwo", new float[] {(float) Math.sqrt(2)})
            .initializer("up", normal(0.3, WIDTH, 4 * WIDTH))
            .initializer("down", normal(0.2, 4 * WIDTH, WIDTH))
            .longs("zero", 0)
            .longs("first", 1)
            .longs("headsAndHead", HEADS, HEAD)
            .longs("wide", WIDTH);
    weights(writer, "wq", "wk", "wv", "wo");
    norm(writer, "x", "n1");
    writer
        .node("Shape", "x", "shape")
        .node("Gather", "shape zero", "batch", OnnxWriter.integer("axis", 0))
        .node("Gather", "shape first", "length", OnnxWriter.integer("axis", 0));
    heads(writer, "n1", "wq", "q");
    heads(writer, "n1", "wk", "knew");
    heads(writer, "n1", "wv", "vnew");
    if (cache) {
      writer
          .input("pastK", FLOAT32, "b", HEADS, "p", HEAD)
          .input("pastV", FLOAT32, "b", HEADS, "p", HEAD)
          .node("Concat", "pastK knew", "k", OnnxWriter.integer("axis", 2))
          .node("Concat", "pastV vnew", "v", OnnxWriter.integer("axis", 2));
    } else {
      writer.node("Identity", "knew", "k").node("Identity", "vnew", "v");
    }
    writer
        .node("Transpose", "k", "kt", OnnxWriter.integers("perm", 0L, 1L, 3L, 2L))
        .node("MatMul", "q kt", "scores")
        .node("Div", "scores scale", "scaled");
    String masked = "scaled";
    if (cache) {
      // Position i of the new ones sees what is at most i + p.
      writer
          .scalar("from", 0)
          .scalar("by", 1)
          .longs("second", 2)
          .floats("low", new float[] {-1e9f})
          .node("Shape", "k", "kshape")
          .node("Gather", "kshape second", "total", OnnxWriter.integer("axis", 0))
          .node("Squeeze", "total zero", "t")
          .node("Squeeze", "length zero", "s0")
          .node("Sub", "t s0", "past")
          .node("Range", "from t by", "columns")
          .node("Range", "past t by", "rows")
          .node("Unsqueeze", "rows first", "rowsDown")
          .node("LessOrEqual", "columns rowsDown", "seen")
          .node("Where", "seen scaled low", "masked");
      masked = "masked";
    }
    writer
        .node("Softmax", masked, "weights", OnnxWriter.integer("axis", -1))
        .node("MatMul", "weights v", "mixed")
        .node("Transpose", "mixed", "together", OnnxWriter.integers("perm", 0L, 2L, 1L, 3L))
        .node("Concat", "batch length wide", "flat", OnnxWriter.integer("axis", 0))
        .node("Reshape", "together flat", "merged")
        .node("MatMul", "merged wo", "out")
        .node("Add", "out x", "a");
    norm(writer, "a", "n2");
    return writer
        .node("MatMul", "n2 up", "u")
        .node("Div", "u rootTwo", "u1")
        .node("Erf", "u1", "u2")
        .node("Add", "u2 one", "u3")
        .node("Mul", "u u3", "u4")
        .node("Mul", "u4 half", "gelu")
        .node("MatMul", "gelu down", "d")
        .node("Add", "d a", "y")
        .output("y");
  }

  @Test
  void aTransformersEncoderBlock() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        block(false),
        Map.of("x", normal(1, 1, 4, WIDTH)),
        Map.of("x", normal(1, 2, 7, WIDTH)),
        Map.of("x", normal(1, 3, 1, WIDTH)));
  }

  @Test
  void aTransformersDecoderBlockWithItsCache() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        block(true).output("k").output("v"), decoder(1, 5, 0), decoder(2, 1, 6), decoder(1, 3, 9));
  }

  private Map<String, Tensor> decoder(long batch, long length, long past) {
    return Map.of(
        "x", normal(1, batch, length, WIDTH),
        "pastK", normal(1, batch, HEADS, past, HEAD),
        "pastV", normal(1, batch, HEADS, past, HEAD));
  }

  /** A recurrence whose length only the run knows, written as a scan. */
  @Test
  void aGatedRecurrenceAsAScan() throws Exception {
    OnnxWriter body =
        OnnxWriter.body()
            .input("h", FLOAT32, "b", WIDTH)
            .input("c", FLOAT32, "b", WIDTH)
            .input("xt", FLOAT32, "b", WIDTH)
            .node("MatMul", "xt wx", "px")
            .node("MatMul", "h wh", "ph")
            .node("Add", "px ph", "p")
            .node("Split", "p", "i f o g", OnnxWriter.integer("axis", 1))
            .node("Sigmoid", "i", "is")
            .node("Sigmoid", "f", "fs")
            .node("Sigmoid", "o", "os")
            .node("Tanh", "g", "gt")
            .node("Mul", "is gt", "in")
            .node("Mul", "fs c", "kept")
            .node("Add", "in kept", "c2")
            .node("Tanh", "c2", "ct")
            .node("Mul", "os ct", "h2")
            .node("Identity", "h2", "h3")
            .output("h2")
            .output("c2")
            .output("h3");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "s", "b", WIDTH)
            .input("h0", FLOAT32, "b", WIDTH)
            .input("c0", FLOAT32, "b", WIDTH)
            .initializer("wx", normal(0.3, WIDTH, 4 * WIDTH))
            .initializer("wh", normal(0.3, WIDTH, 4 * WIDTH))
            .node(
                "Scan",
                "h0 c0 x",
                "h c all",
                OnnxWriter.body("body", body),
                OnnxWriter.integer("num_scan_inputs", 1))
            .output("h")
            .output("c")
            .output("all"),
        recurrence(4, 1),
        recurrence(1, 3),
        recurrence(9, 2));
  }

  private Map<String, Tensor> recurrence(long length, long batch) {
    return Map.of(
        "x", normal(1, length, batch, WIDTH),
        "h0", normal(1, batch, WIDTH),
        "c0", normal(1, batch, WIDTH));
  }
}
