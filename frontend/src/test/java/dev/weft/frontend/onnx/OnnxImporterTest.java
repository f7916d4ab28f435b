package dev.weft.frontend.onnx;

import static dev.weft.frontend.onnx.OnnxModels.integer;
import static dev.weft.frontend.onnx.OnnxModels.integers;
import static dev.weft.frontend.onnx.OnnxModels.number;
import static dev.weft.frontend.onnx.OnnxModels.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import dev.weft.frontend.UnsupportedNode;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphInterpreter;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxImporterTest {
  @TempDir private Path folder;

  private static String resultType(Graph graph) {
    return graph.main().body().results().get(0).type().toString();
  }

  private static float[] run(Graph graph, Tensor x) {
    Graph lowered = GraphPasses.run(graph, ConstantEvaluator.interpreter());
    return new GraphInterpreter(lowered).run(Map.of("x", x)).values().iterator().next().toFloats();
  }

  private static Tensor longs(long... values) {
    return Tensor.of(values, values.length);
  }

  // Files that are no models.

  @Test
  void aMissingFileIsOneClearLine() {
    assertThatThrownBy(() -> OnnxImporter.load(folder.resolve("none.onnx")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none.onnx: there is no such file")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aTextFileIsNoModel() throws IOException {
    Path file = Files.writeString(folder.resolve("text.onnx"), "# This is no model.\nHello!\n");
    assertThatThrownBy(() -> OnnxImporter.load(file))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("text.onnx: the file is no ONNX model");
  }

  @Test
  void anEmptyFileIsNoModel() {
    assertThatThrownBy(() -> OnnxImporter.load(new byte[0], "empty.onnx"))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("empty.onnx");
  }

  @Test
  void noTruncationOfAModelIsTakenForAModel() {
    byte[] whole =
        OnnxModels.opset(13)
            .input("x", 2L, 3L)
            .initializer("w", Tensor.of(new float[] {1, 2, 3}, 3))
            .node("Add", "x w", "y")
            .node("Relu", "y", "z")
            .output("z")
            .bytes();
    assertThat(resultType(OnnxImporter.load(whole, "whole"))).isEqualTo("float32[2, 3]");
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> OnnxImporter.load(part, "part"))
          .as("the first %s of %s bytes", length, whole.length)
          .isInstanceOf(ImportException.class);
    }
  }

  // Models that make no sense.

  @Test
  void aMissingInitializerIsNamed() {
    OnnxModels model = OnnxModels.opset(13).input("x", 3L).node("Add", "x w", "y").output("y");
    assertThatThrownBy(model::load)
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("'w'")
        .hasMessageContaining("Add_0");
  }

  @Test
  void dataThatDoesNotFillItsShapeIsNamed() {
    TensorProto broken =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(3)
            .setRawData(ByteString.copyFrom(new byte[8]))
            .build();
    OnnxModels model =
        OnnxModels.opset(13).input("x", 3L).initializer(broken).node("Add", "x w", "y").output("y");
    assertThatThrownBy(model::load)
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("tensor 'w'")
        .hasMessageContaining("needs 3 elements, the data has 2");
  }

  @Test
  void aHugeShapeIsRefusedBeforeAnythingIsAllocated() {
    TensorProto huge =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(1L << 40)
            .addDims(1L << 40)
            .build();
    assertThatThrownBy(OnnxModels.opset(13).initializer(huge)::load)
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("makes no sense");
  }

  @Test
  void operandsThatDoNotFitNameTheNode() {
    OnnxModels model =
        OnnxModels.opset(13).input("x", 3L).input("y", 4L).node("Add", "x y", "z").output("z");
    assertThatThrownBy(model::load)
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("node 'Add_0' (Add)")
        .hasMessageContaining("can't be broadcast");
  }

  @Test
  void allUnsupportedNodesAreReportedAtOnce() {
    OnnxModels model =
        OnnxModels.opset(13)
            .input("x", 3L)
            .node("Twiddle", "x", "a")
            .node("Relu", "a", "b")
            .node("Frobnicate", "x", "c")
            .node("Cast", "x", "d", integer("to", TensorProto.DataType.STRING_VALUE))
            .output("b");
    assertThatThrownBy(model::load)
        .isInstanceOfSatisfying(
            UnsupportedOperatorsException.class,
            e ->
                assertThat(e.nodes())
                    .containsExactly(
                        new UnsupportedNode("Twiddle_0", "Twiddle", 13, ""),
                        new UnsupportedNode("Frobnicate_2", "Frobnicate", 13, ""),
                        new UnsupportedNode("Cast_3", "Cast", 13, "conversion to string")))
        .hasMessageContaining("3 nodes are not supported")
        .hasMessageNotContaining("\n");
  }

  // What differs between versions.

  @Test
  void upToIrVersion3InitializersAreInputsToo() {
    Graph graph =
        OnnxModels.opset(8)
            .irVersion(3)
            .input("x", 3L)
            .input("w", 3L)
            .initializer("w", Tensor.of(new float[] {1, 2, 3}, 3))
            .node("Add", "x w", "y")
            .output("y")
            .load();
    assertThat(graph.main().params()).extracting(Object::toString).containsExactly("x");
    assertThat(run(graph, Tensor.of(new float[] {1, 1, 1}, 3))).containsExactly(2, 3, 4);
  }

  @Test
  void softmaxBeforeOpset13TakesTheTrailingDimensionsAsOne() {
    Tensor x = Tensor.of(new float[4], 1, 2, 2);
    Graph old =
        OnnxModels.opset(12).input("x", 1L, 2L, 2L).node("Softmax", "x", "y").output("y").load();
    Graph current =
        OnnxModels.opset(13).input("x", 1L, 2L, 2L).node("Softmax", "x", "y").output("y").load();
    assertThat(run(old, x)).containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
    assertThat(run(current, x)).containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
  }

  @Test
  void theBoundsOfClipAreAttributesOrInputs() {
    Tensor x = Tensor.of(new float[] {-2, 0.5f, 9}, 3);
    Graph attributes =
        OnnxModels.opset(6)
            .input("x", 3L)
            .node("Clip", "x", "y", number("min", 0), number("max", 6))
            .output("y")
            .load();
    Graph inputs =
        OnnxModels.opset(11)
            .input("x", 3L)
            .initializer("high", Tensor.of(new float[] {6}))
            .node("Clip", "x  high", "y")
            .output("y")
            .load();
    assertThat(run(attributes, x)).containsExactly(0, 0.5f, 6);
    assertThat(run(inputs, x)).containsExactly(-2, 0.5f, 6);
  }

  @Test
  void theAxesOfReduceSumAreAnAttributeOrAnInput() {
    Graph attribute =
        OnnxModels.opset(11)
            .input("x", 2L, 3L)
            .node("ReduceSum", "x", "y", integers("axes", 1L), integer("keepdims", 0))
            .output("y")
            .load();
    Graph input =
        OnnxModels.opset(13)
            .input("x", 2L, 3L)
            .initializer("axes", longs(-1))
            .node("ReduceSum", "x axes", "y")
            .output("y")
            .load();
    assertThat(resultType(attribute)).isEqualTo("float32[2]");
    assertThat(resultType(input)).isEqualTo("float32[2, 1]");
  }

  @Test
  void broadcastingBeforeOpset7IsByAxis() {
    Graph graph =
        OnnxModels.opset(6)
            .input("x", 1L, 2L, 2L)
            .initializer("b", Tensor.of(new float[] {10, 20}, 2))
            .node("Add", "x b", "y", integer("broadcast", 1), integer("axis", 1))
            .output("y")
            .load();
    assertThat(run(graph, Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2)))
        .containsExactly(11, 12, 23, 24);
  }

  // Shapes.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0,-1 | float32[n, 12]", "-1,4 | float32[(n * 3), 4]", "-1 | float32[(n * 12)]"})
  void reshapesOfSymbolicShapes(String shape, String type) {
    long[] target = Arrays.stream(shape.split(",", -1)).mapToLong(Long::parseLong).toArray();
    Graph graph =
        OnnxModels.opset(13)
            .input("x", "n", 3L, 4L)
            .initializer("shape", longs(target))
            .node("Reshape", "x shape", "y")
            .output("y")
            .load();
    assertThat(resultType(graph)).isEqualTo(type);
  }

  @Test
  void shapesThatTheModelWorksOutAreFollowed() {
    Graph graph =
        OnnxModels.opset(13)
            .input("x", "batch size", 3L, "")
            .initializer("zero", longs(0))
            .initializer("rest", longs(-1))
            .node("Shape", "x", "dims")
            .node("Gather", "dims zero", "batch")
            .node("Concat", "batch rest", "target", integer("axis", 0))
            .node("Reshape", "x target", "y")
            .output("y")
            .load();
    assertThat(graph.main().params().get(0).type()).hasToString("float32[batch_size, 3, d]");
    assertThat(resultType(graph)).isEqualTo("float32[batch_size, (d * 3)]");
    assertThat(run(graph, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 3, 2))).hasSize(6);
  }

  @Test
  void aShapeThatIsUsedAsDataIsATensor() {
    Graph graph =
        OnnxModels.opset(13)
            .input("x", "n", 2L)
            .node("Shape", "x", "dims")
            .node("Cast", "dims", "y", integer("to", TensorProto.DataType.FLOAT_VALUE))
            .output("y")
            .load();
    assertThat(run(graph, Tensor.of(new float[6], 3, 2))).containsExactly(3, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER"})
  void automaticPaddingKeepsTheSize(String mode) {
    Graph graph =
        OnnxModels.opset(13)
            .input("x", 1L, 1L, 4L)
            .initializer("w", Tensor.of(new float[] {1, 10}, 1, 1, 2))
            .node("Conv", "x w", "y", text("auto_pad", mode))
            .output("y")
            .load();
    float[] result = run(graph, Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 4));
    float[] upper = {21, 32, 43, 4};
    float[] lower = {10, 21, 32, 43};
    assertThat(result).containsExactly(mode.equals("SAME_UPPER") ? upper : lower, within(1e-6f));
  }

  @Test
  void automaticPaddingOverASymbolicSizeWithAStrideIsUnsupported() {
    OnnxModels model =
        OnnxModels.opset(13)
            .input("x", 1L, 1L, "w")
            .initializer("k", Tensor.of(new float[] {1, 1, 1}, 1, 1, 3))
            .node("Conv", "x k", "y", text("auto_pad", "SAME_UPPER"), integers("strides", 2L))
            .output("y");
    assertThatThrownBy(model::load)
        .isInstanceOf(UnsupportedOperatorsException.class)
        .hasMessageContaining("symbolic size w");
  }

  @Test
  void gemmWithFactorsAndTransposes() {
    Graph graph =
        OnnxModels.opset(13)
            .input("x", 2L, 1L)
            .initializer("b", Tensor.of(new float[] {3, 4, 5, 6}, 2, 2))
            .initializer("c", Tensor.of(new float[] {1, 1}, 2))
            .node(
                "Gemm",
                "x b c",
                "y",
                integer("transA", 1),
                integer("transB", 1),
                number("alpha", 2),
                number("beta", 10))
            .output("y")
            .load();
    assertThat(run(graph, Tensor.of(new float[] {1, 2}, 2, 1))).containsExactly(32, 44);
  }
}
