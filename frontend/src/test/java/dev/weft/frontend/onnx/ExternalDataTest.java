package dev.weft.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphInterpreter;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in files beside the model. */
class ExternalDataTest {
  private static final int COUNT = 3000;

  @TempDir private Path folder;

  private static TensorProto pointer(String location, String offset, String length) {
    return TensorProto.newBuilder()
        .setName("w")
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addDims(COUNT)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", offset))
        .addExternalData(entry("length", length))
        .build();
  }

  private static StringStringEntryProto.Builder entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value);
  }

  private Path model(TensorProto weights) throws IOException {
    byte[] bytes =
        OnnxModels.opset(13)
            .input("x", (long) COUNT)
            .initializer(weights)
            .node("Add", "x w", "y")
            .output("y")
            .bytes();
    return Files.write(folder.resolve("model.onnx"), bytes);
  }

  private void data() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(3 + 4 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(3); // Not aligned to anything.
    for (int i = 0; i < COUNT; i++) {
      bytes.putFloat(i);
    }
    Files.write(folder.resolve("weights.bin"), bytes.array());
  }

  private static float[] run(Graph graph) {
    Graph lowered = GraphPasses.run(graph, ConstantEvaluator.interpreter());
    Tensor x = Tensor.allocate(DType.FLOAT32, COUNT);
    return new GraphInterpreter(lowered).run(Map.of("x", x)).values().iterator().next().toFloats();
  }

  @Test
  void weightsInAnotherFileAreMapped() throws IOException {
    data();
    Graph graph = OnnxImporter.load(model(pointer("weights.bin", "3", "" + 4 * COUNT)));
    GraphExpr.Call add = (GraphExpr.Call) graph.main().body().bindings().get(0).value();
    GraphExpr.Constant weights = (GraphExpr.Constant) add.args().get(1);
    assertThat(weights.value().data().isReadOnly()).isTrue();
    float[] y = run(graph);
    assertThat(y[0]).isEqualTo(0);
    assertThat(y[COUNT - 1]).isEqualTo(COUNT - 1);
  }

  @Test
  void dataOutsideTheFolderOrTheFileIsRefused() throws IOException {
    data();
    assertRefused(pointer("../weights.bin", "3", "" + 4 * COUNT), "outside the model's folder");
    assertRefused(pointer("/etc/passwd", "0", "" + 4 * COUNT), "outside the model's folder");
    assertRefused(pointer("none.bin", "0", "" + 4 * COUNT), "there is no file 'none.bin'");
    assertRefused(pointer("weights.bin", "4", "" + 4 * COUNT), "'w'");
    assertRefused(pointer("weights.bin", "0", "12"), "the shape needs 12000");
    assertRefused(pointer("weights.bin", "-1", "12"), "is no number");
  }

  private void assertRefused(TensorProto weights, String why) throws IOException {
    Path model = model(weights);
    assertThatThrownBy(() -> OnnxImporter.load(model))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(why);
  }
}
