package dev.weft.model;

import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT64;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.weft.Model;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import dev.weft.frontend.UnsupportedOperatorsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Branches, loops, sequences and functions of a model. */
class ControlFlowTest {
  private static Tensor ramp(long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, 0.25 * i - 1);
    }
    return tensor;
  }

  private static Tensor longs(long... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor number(long value) {
    return Tensor.of(new long[] {value});
  }

  private static Tensor flag(boolean value) {
    Tensor tensor = Tensor.allocate(BOOL);
    tensor.setLong(0, value ? 1 : 0);
    return tensor;
  }

  // Branches.

  @Test
  void branchesWhoseValuesDifferInSizeAndUseValuesAroundThem() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 3)
            .input("c", BOOL)
            .longs("one", 1)
            .longs("far", 100)
            .longs("zero", 0)
            .node("Exp", "x", "e")
            .node(
                "If",
                "c",
                "y k",
                OnnxWriter.body(
                    "then_branch",
                    OnnxWriter.body()
                        .node("Slice", "e one far zero", "s")
                        .node("Neg", "s", "t")
                        .node("Identity", "e", "v")
                        .output("t")
                        .output("v")),
                OnnxWriter.body(
                    "else_branch",
                    OnnxWriter.body()
                        .node("Mul", "e x", "m")
                        .node("Add", "m e", "o")
                        .node("Identity", "x", "u")
                        .output("o")
                        .output("u")))
            .node("Relu", "y", "z")
            .node("Add", "k x", "w")
            .output("z")
            .output("w"),
        Map.of("x", ramp(4, 3), "c", flag(true)),
        Map.of("x", ramp(4, 3), "c", flag(false)),
        Map.of("x", ramp(7, 3), "c", flag(true)));
  }

  @Test
  void branchesWithinBranchesOfConditionsThatAreWorkedOut() throws Exception {
    OnnxWriter inner =
        OnnxWriter.body()
            .node("ReduceSum", "x", "sum", OnnxWriter.integer("keepdims", 0))
            .node("Less", "sum limit", "small")
            .node(
                "If",
                "small",
                "r",
                OnnxWriter.body("then_branch", OnnxWriter.body().node("Neg", "x", "a").output("a")),
                OnnxWriter.body("else_branch", OnnxWriter.body().node("Abs", "x", "b").output("b")))
            .output("r");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n")
            .floats("limit", new float[] {1})
            .longs("axis", 0)
            .node("ReduceMax", "x", "max", OnnxWriter.integer("keepdims", 0))
            .node("Greater", "max limit", "large")
            .node(
                "If",
                "large",
                "y",
                OnnxWriter.body("then_branch", inner),
                OnnxWriter.body(
                    "else_branch", OnnxWriter.body().node("Identity", "x", "i").output("i")))
            .node("Mul", "y x", "z")
            .output("z"),
        Map.of("x", ramp(3)),
        Map.of("x", ramp(10)),
        Map.of("x", ramp(15)));
  }

  private static OnnxWriter ranksThatDiffer() {
    return OnnxWriter.opset(13)
        .input("x", FLOAT32, "n", 3)
        .input("c", BOOL)
        .node(
            "If",
            "c",
            "y",
            OnnxWriter.body(
                "then_branch",
                OnnxWriter.body()
                    .node("ReduceMax", "x", "most", OnnxWriter.integer("keepdims", 0))
                    .output("most")),
            OnnxWriter.body(
                "else_branch",
                OnnxWriter.body()
                    .node("ReduceMax", "x", "row", OnnxWriter.integers("axes", 0L))
                    .output("row")));
  }

  @Test
  void branchesWhoseValuesDifferInTheNumberOfDimensions() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        ranksThatDiffer().node("Neg", "y", "m").node("Mul", "m x", "z").output("z"),
        Map.of("x", ramp(4, 3), "c", flag(true)),
        Map.of("x", ramp(4, 3), "c", flag(false)),
        Map.of("x", ramp(2, 3), "c", flag(false)));
  }

  @Test
  void aNumberOfDimensionsThatOnlyTheRunKnowsIsRefused() {
    byte[] shape = ranksThatDiffer().node("Shape", "y", "z").output("z", INT64).bytes();
    assertThatThrownBy(() -> ModelCheck.load(shape))
        .isInstanceOf(UnsupportedOperatorsException.class)
        .hasMessageContaining("known only at run time");
    byte[] output = ranksThatDiffer().node("Neg", "y", "z").output("z").bytes();
    assertThatThrownBy(() -> ModelCheck.load(output))
        .isInstanceOf(UnsupportedOperatorsException.class)
        .hasMessageContaining("known only at run time");
  }

  // Loops.

  @Test
  void aCountedLoopCarriesAndStacks() throws Exception {
    OnnxWriter body =
        OnnxWriter.body()
            .input("i", INT64)
            .input("go", BOOL)
            .input("a", FLOAT32, "n")
            .input("b", FLOAT32, "n")
            .node("Identity", "go", "on")
            .node("Cast", "i", "f", OnnxWriter.integer("to", 1))
            .node("Add", "a f", "sum")
            .node("Mul", "sum x", "slice")
            // The two change places.
            .output("on", BOOL)
            .output("b")
            .output("sum")
            .output("slice");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n")
            .input("trips", INT64)
            .node("Neg", "x", "start")
            .node("Loop", "trips _ x start", "a b slices", OnnxWriter.body("body", body))
            .node("Relu", "slices", "s")
            .output("a")
            .output("b")
            .output("s"),
        Map.of("x", ramp(4), "trips", number(3)),
        Map.of("x", ramp(2), "trips", number(1)),
        Map.of("x", ramp(2), "trips", number(20)));
  }

  @Test
  void aLoopWithAConditionGrowsWhatItCarries() throws Exception {
    OnnxWriter body =
        OnnxWriter.body()
            .input("i", INT64)
            .input("go", BOOL)
            .input("a", FLOAT32, "len")
            .node("Concat", "a x", "longer", OnnxWriter.integer("axis", 0))
            .node("Shape", "longer", "shape")
            .node("ReduceSum", "longer", "total", OnnxWriter.integer("keepdims", 0))
            .node("Less", "shape limit", "short")
            .node("Squeeze", "short", "on")
            .output("on", BOOL)
            .output("longer")
            .output("total");
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n")
            .input("limit", INT64, 1)
            .input("start", BOOL)
            .node("Loop", "_ start x", "a totals", OnnxWriter.body("body", body))
            .node("Neg", "a", "z")
            .output("z")
            .output("totals");
    ModelCheck.matchesOnnxRuntime(
        writer,
        Map.of("x", ramp(3), "limit", longs(10), "start", flag(true)),
        Map.of("x", ramp(1), "limit", longs(40), "start", flag(true)),
        Map.of("x", ramp(5), "limit", longs(1), "start", flag(true)),
        Map.of("x", ramp(5), "limit", longs(10), "start", flag(false)));
  }

  @Test
  void aLoopWithinALoop() throws Exception {
    OnnxWriter inner =
        OnnxWriter.body()
            .input("j", INT64)
            .input("go1", BOOL)
            .input("c", FLOAT32, "n")
            .node("Identity", "go1", "on1")
            .node("Add", "c a", "d")
            .output("on1", BOOL)
            .output("d");
    OnnxWriter outer =
        OnnxWriter.body()
            .input("i", INT64)
            .input("go", BOOL)
            .input("a", FLOAT32, "n")
            .node("Identity", "go", "on")
            .node("Loop", "i _ a", "b", OnnxWriter.body("body", inner))
            .node("Mul", "b half", "h")
            .output("on", BOOL)
            .output("h")
            .output("b");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n")
            .scalar("trips", 4)
            .floats("half", new float[] {0.5f})
            .node("Loop", "trips _ x", "a all", OnnxWriter.body("body", outer))
            .output("a")
            .output("all"),
        Map.of("x", ramp(4)),
        Map.of("x", ramp(9)));
  }

  @Test
  void slicesOfDifferentSizesAreRefusedAtRunTime() {
    OnnxWriter body =
        OnnxWriter.body()
            .input("i", INT64)
            .input("go", BOOL)
            .node("Identity", "go", "on")
            .node("Unsqueeze", "i axis", "size")
            .node("ConstantOfShape", "size", "zeros")
            .output("on", BOOL)
            .output("zeros");
    OnnxWriter writer =
        OnnxWriter.opset(13)
            .input("trips", INT64)
            .longs("axis", 0)
            .node("Loop", "trips _", "all", OnnxWriter.body("body", body))
            .output("all");
    try (Model model = ModelCheck.load(writer.bytes()).compile("jvm")) {
      assertThatThrownBy(() -> model.run(Map.of("trips", number(3))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("[0] and [1]");
      model.run(Map.of("trips", number(1)));
    }
  }

  @Test
  void aScanGoesBothWaysAlongAnyAxis() throws Exception {
    OnnxWriter body =
        OnnxWriter.body()
            .input("s", FLOAT32, 2)
            .input("u", FLOAT32, 2)
            .input("v", FLOAT32, 2)
            .node("Mul", "u v", "p")
            .node("Add", "s p", "t")
            .node("Neg", "t", "m")
            .output("t")
            .output("t2")
            .output("m");
    body.node("Identity", "t", "t2");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(11)
            .input("s", FLOAT32, 2)
            .input("u", FLOAT32, "n", 2)
            .input("v", FLOAT32, 2, "n")
            .node(
                "Scan",
                "s u v",
                "last all back",
                OnnxWriter.body("body", body),
                OnnxWriter.integer("num_scan_inputs", 2),
                OnnxWriter.integers("scan_input_axes", 0L, 1L),
                OnnxWriter.integers("scan_input_directions", 0L, 1L),
                OnnxWriter.integers("scan_output_axes", 1L, 0L),
                OnnxWriter.integers("scan_output_directions", 0L, 1L))
            .output("last")
            .output("all")
            .output("back"),
        Map.of("s", ramp(2), "u", ramp(4, 2), "v", ramp(2, 4)),
        Map.of("s", ramp(2), "u", ramp(1, 2), "v", ramp(2, 1)));
  }

  // Sequences.

  @Test
  void sequencesAtPositionsThatOnlyTheRunKnows() throws Exception {
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(13)
            .input("x", FLOAT32, "n", 2)
            .input("y", FLOAT32, "m", 2)
            .input("p", INT64)
            .input("q", INT64)
            .node("SequenceConstruct", "x y", "two")
            .node("Neg", "x", "w")
            .node("SequenceInsert", "two w p", "three")
            .node("SequenceErase", "three q", "rest")
            .node("SequenceAt", "three q", "z")
            .node("SequenceLength", "rest", "length")
            .node("ConcatFromSequence", "rest", "all", OnnxWriter.integer("axis", 0))
            .output("z")
            .output("length", INT64)
            .output("all"),
        Map.of("x", ramp(2, 2), "y", ramp(3, 2), "p", number(0), "q", number(0)),
        Map.of("x", ramp(2, 2), "y", ramp(3, 2), "p", number(1), "q", number(-1)),
        Map.of("x", ramp(1, 2), "y", ramp(4, 2), "p", number(2), "q", number(1)),
        Map.of("x", ramp(1, 2), "y", ramp(4, 2), "p", number(-1), "q", number(-3)));
  }

  /**
   * A body that makes of its round {@code i} an element that {@code insert} puts into a sequence.
   */
  private static OnnxWriter growing(String insert) {
    return OnnxWriter.body()
        .input("i", INT64)
        .input("go", BOOL)
        .sequenceInput("seq", FLOAT32)
        .input("a", FLOAT32, "n")
        .node("Identity", "go", "on")
        .node("Cast", "i", "f", OnnxWriter.integer("to", 1))
        .node("Add", "a f", "b")
        .node("SequenceInsert", insert, "more")
        .output("on", BOOL)
        .sequenceOutput("more", FLOAT32)
        .output("b");
  }

  @Test
  void aSequenceThatALoopAppendsTo() throws Exception {
    for (boolean first : new boolean[] {false, true}) {
      OnnxWriter whole =
          OnnxWriter.opset(16).input("x", FLOAT32, "n").input("trips", INT64).scalar("last", -1);
      whole =
          first
              ? whole.node("Neg", "x", "w").node("SequenceConstruct", "w x", "start")
              : whole.node("SequenceEmpty", "", "start");
      whole
          .node("Loop", "trips _ start x", "seq a", OnnxWriter.body("body", growing("seq b")))
          .node("ConcatFromSequence", "seq", "row", OnnxWriter.integer("axis", 0))
          .node(
              "ConcatFromSequence",
              "seq",
              "columns",
              OnnxWriter.integer("axis", 1),
              OnnxWriter.integer("new_axis", 1))
          .node("SequenceLength", "seq", "count")
          .output("row")
          .output("columns")
          .output("count", INT64)
          .output("a");
      if (!first) {
        whole.node("SequenceAt", "seq last", "l").output("l");
      }
      ModelCheck.matchesOnnxRuntime(
          whole,
          Map.of("x", ramp(4), "trips", number(3)),
          Map.of("x", ramp(2), "trips", number(1)),
          Map.of("x", ramp(3), "trips", number(7)));
    }
  }

  @Test
  void aSequenceOfOtherShapesThatAFewRoundsGrow() throws Exception {
    OnnxWriter body =
        OnnxWriter.body()
            .input("i", INT64)
            .input("go", BOOL)
            .sequenceInput("seq", FLOAT32)
            .node("Identity", "go", "on")
            .node("Unsqueeze", "i zero", "from")
            .node("Slice", "x from far zero", "b")
            .node("SequenceInsert", "seq b first", "more")
            .node("SequenceLength", "more", "length")
            .output("on", BOOL)
            .sequenceOutput("more", FLOAT32)
            .output("length", INT64);
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(16)
            .input("x", FLOAT32, 5)
            .scalar("trips", 4)
            .scalar("first", 0)
            .longs("zero", 0)
            .longs("far", 100)
            .node("SequenceEmpty", "", "start")
            .node("Loop", "trips _ start", "seq lengths", OnnxWriter.body("body", body))
            .node("ConcatFromSequence", "seq", "z", OnnxWriter.integer("axis", 0))
            .output("z")
            .output("lengths", INT64),
        Map.of("x", ramp(5)));
  }

  @Test
  void aSequenceThatGrowsElsewhereIsRefused() {
    OnnxWriter writer =
        OnnxWriter.opset(16)
            .input("x", FLOAT32, 2)
            .input("trips", INT64)
            .scalar("zero", 0)
            .node("SequenceEmpty", "", "empty")
            .node(
                "Loop", "trips _ empty x", "seq a", OnnxWriter.body("body", growing("seq b zero")))
            .node("ConcatFromSequence", "seq", "z", OnnxWriter.integer("axis", 0))
            .output("z");
    assertThatThrownBy(() -> ModelCheck.load(writer.bytes()))
        .isInstanceOf(UnsupportedOperatorsException.class)
        .hasMessageContaining("grows from round to round");
  }

  // Functions.

  @Test
  void functionsOfTheModelWithAttributesAndInputsLeftOut() throws Exception {
    OnnxWriter scaled =
        OnnxWriter.body()
            .node(
                "LeakyRelu",
                "x",
                "r",
                OnnxWriter.reference("alpha", AttributeProto.AttributeType.FLOAT, "slope"))
            .node("Clip", "r _ top", "y");
    OnnxWriter twice =
        OnnxWriter.body()
            .node("own", "Scaled", "x", "once", OnnxWriter.number("slope", 0.5f))
            .node("Add", "once x", "y");
    ModelCheck.matchesOnnxRuntime(
        OnnxWriter.opset(15)
            .function("own", "Scaled", "x top", "y", List.of("slope"), scaled)
            .function("own", "Twice", "x", "y", List.of(), twice)
            .input("x", FLOAT32, "n")
            .floats("top", new float[] {1.5f})
            .node("own", "Scaled", "x top", "a", OnnxWriter.number("slope", 0.25f))
            .node("own", "Twice", "a", "z")
            .output("z"),
        Map.of("x", ramp(12)));
  }

  @Test
  void aFunctionThatCallsItselfIsRefused() {
    OnnxWriter endless = OnnxWriter.body().node("own", "Endless", "x", "y");
    OnnxWriter writer =
        OnnxWriter.opset(15)
            .function("own", "Endless", "x", "y", List.of(), endless)
            .input("x", FLOAT32, "n")
            .node("own", "Endless", "x", "z")
            .output("z");
    assertThatThrownBy(() -> ModelCheck.load(writer.bytes()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("calls itself");
  }
}
