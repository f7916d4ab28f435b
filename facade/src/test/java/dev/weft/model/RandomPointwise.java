package dev.weft.model;

import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.text;

import dev.weft.base.DType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws valid nodes that work element by element, and reductions. */
final class RandomPointwise {
  private static final List<String> ONE =
      List.of(
          "Acos",
          "Acosh",
          "Asin",
          "Asinh",
          "Atan",
          "Atanh",
          "Ceil",
          "Cos",
          "Cosh",
          "Erf",
          "Exp",
          "Floor",
          "Gelu",
          "HardSwish",
          "Log",
          "Mish",
          "Neg",
          "Reciprocal",
          "Relu",
          "Round",
          "Sigmoid",
          "Sign",
          "Sin",
          "Sinh",
          "Softplus",
          "Softsign",
          "Sqrt",
          "Tan",
          "Tanh",
          "Abs");
  private static final List<String> WITH_ALPHA =
      List.of("Elu", "Celu", "LeakyRelu", "ThresholdedRelu", "Selu", "HardSigmoid");
  private static final List<String> REDUCTIONS =
      List.of(
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "ReduceSumSquare");

  private RandomPointwise() {}

  static void addTo(Map<String, Consumer<RandomModel>> all) {
    for (String op : ONE) {
      all.put(
          op,
          m -> {
            m.floats("x", m.shape(m.in(0, 3), 5));
            m.node(op, "x");
          });
    }
    for (String op : WITH_ALPHA) {
      all.put(
          op,
          m -> {
            m.floats("x", m.shape(m.in(1, 3), 5));
            if (m.flip()) {
              m.node(op, "x");
            } else {
              m.node(op, "x", number("alpha", m.in(1, 7) / 4f));
            }
          });
    }
    for (String op : REDUCTIONS) {
      all.put(op, m -> reduction(m, op));
    }
    all.put("ArgMax", m -> position(m, "ArgMax"));
    all.put("ArgMin", m -> position(m, "ArgMin"));
    for (String op : List.of("Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu")) {
      all.put(op, m -> numbers(m, op, DType.FLOAT32));
    }
    for (String op : List.of("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual")) {
      all.put(op, m -> numbers(m, op, DType.BOOL));
    }
    integers(all);
    all.put(
        "Shrink",
        m -> {
          m.floats("x", m.shape(2, 5));
          m.node("Shrink", "x", number("lambd", m.in(0, 6) / 4f), number("bias", m.in(-2, 2) / 4f));
        });
    all.put(
        "Pow",
        m -> {
          m.floats("x", m.shape(2, 4)).integers("n", m.of(DType.INT32, DType.INT64), 0, 3);
          m.node("Pow", "x n");
        });
    all.put(
        "Clip",
        m -> {
          m.floats("x", m.shape(2, 4)).floats("a").floats("b");
          m.node("Clip", m.of("x a", "x _ b", "x a b", "x"));
        });
    all.put(
        "Where",
        m -> {
          m.integers("c", DType.BOOL, 0, 1, 3, 1).floats("x", 1, m.of(1L, 4L)).floats("y", 3, 4);
          m.node("Where", "c x y");
        });
  }

  private static void integers(Map<String, Consumer<RandomModel>> all) {
    for (String op : List.of("And", "Or", "Xor")) {
      all.put(
          op,
          m -> {
            m.integers("x", DType.BOOL, 0, 1, 3, 4).integers("y", DType.BOOL, 0, 1, m.of(1L, 4L));
            m.node(op, "x y", List.of(DType.BOOL));
          });
    }
    for (String op : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
      all.put(
          op,
          m -> {
            DType dtype = m.of(DType.INT32, DType.INT8, DType.UINT8, DType.INT64);
            m.integers("x", dtype, 0, 127, 3, 4).integers("y", dtype, 0, 127, 3, 1);
            m.node(op, "x y", List.of(dtype));
          });
    }
    all.put(
        "BitwiseNot",
        m -> {
          DType dtype = m.of(DType.INT32, DType.INT8, DType.UINT8, DType.INT64, DType.INT16);
          m.integers("x", dtype, 0, 127, 3, 4);
          m.node("BitwiseNot", "x", List.of(dtype));
        });
    all.put(
        "BitShift",
        m -> {
          m.integers("x", DType.UINT8, 0, 255, 3, 4).integers("y", DType.UINT8, 0, 7, 4);
          m.node("BitShift", "x y", List.of(DType.UINT8), text("direction", m.of("LEFT", "RIGHT")));
        });
    all.put(
        "Mod",
        m -> {
          DType dtype = m.of(DType.INT32, DType.INT64, DType.INT8);
          m.integers("x", dtype, -9, 9, 3, 4).integers("y", dtype, 1, 5, 4);
          m.node("Mod", "x y", List.of(dtype), integer("fmod", m.in(0, 1)));
        });
    all.put(
        "IsInf",
        m -> {
          m.floats("x", 4);
          m.writer().floats("zero", new float[] {0, 1, -0f, 2}, 4).node("Div", "x zero", "q");
          m.node(
              "IsInf",
              "q",
              List.of(DType.BOOL),
              integer("detect_positive", m.in(0, 1)),
              integer("detect_negative", m.in(0, 1)));
        });
    all.put(
        "Cast",
        m -> {
          // Wrapping and truncation of what both types hold; more is undefined.
          m.integers("x", m.of(DType.INT32, DType.INT64, DType.INT8), -100, 100, 3, 4);
          DType to = m.of(DType.FLOAT16, DType.FLOAT64, DType.INT16, DType.BOOL, DType.FLOAT32);
          long[] numbers = {10, 11, 5, 9, 1};
          int index = List.of(DType.FLOAT16, DType.FLOAT64, DType.INT16, DType.BOOL).indexOf(to);
          m.node("Cast", "x", List.of(to), integer("to", numbers[index < 0 ? 4 : index]));
        });
  }

  private static void numbers(RandomModel m, String op, DType result) {
    long[] shape = m.shape(m.in(1, 3), 4);
    long[] other = shape.clone();
    other[m.in(0, shape.length - 1)] = 1;
    m.floats("x", shape).floats("y", other);
    m.node(op, "x y", List.of(result));
  }

  private static void reduction(RandomModel m, String op) {
    m.floats("x", m.shape(3, 4));
    m.writer().longs("axes", m.of(new long[] {0}, new long[] {-1, 0}, new long[] {1}));
    String inputs = op.equals("ReduceLogSum") ? "positive axes" : "x axes";
    m.writer().node("Mul", "x x", "positive");
    m.node(op, inputs, integer("keepdims", m.in(0, 1)));
  }

  private static void position(RandomModel m, String op) {
    m.integers("x", DType.INT32, 0, 3, m.shape(3, 4));
    m.node(
        op,
        "x",
        List.of(DType.INT64),
        integer("axis", m.in(-3, 2)),
        integer("keepdims", m.in(0, 1)),
        integer("select_last_index", m.in(0, 1)));
  }
}
