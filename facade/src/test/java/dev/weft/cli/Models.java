package dev.weft.cli;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models for tests. */
final class Models {
  private Models() {}

  /** A file of the demo, copied to a folder. */
  static Path demoFile(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = Models.class.getResourceAsStream("/dev/weft/demo/" + name)) {
      Files.copy(java.util.Objects.requireNonNull(in, name), file);
    }
    return file;
  }

  /** {@code y = relu(x)}, x of the given dimensions; a dimension may be a name. */
  static Path relu(Path folder, String... dims) throws IOException {
    return model(folder, "relu.onnx", List.of(node("Relu", "the relu", "x", "y")), dims);
  }

  /** A model of the nodes given, from {@code x} to {@code y}. */
  static Path model(Path folder, String name, List<NodeProto> nodes, String... dims)
      throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("main")
            .addAllNode(nodes)
            .addInput(value("x", dims))
            .addOutput(value("y", dims))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build();
    return Files.write(folder.resolve(name), model.toByteArray());
  }

  static NodeProto node(String op, String name, String input, String output) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(name)
        .addInput(input)
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto value(String name, String... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String dim : dims) {
      TensorShapeProto.Dimension.Builder size = shape.addDimBuilder();
      if (dim.matches("\\d+")) {
        size.setDimValue(Long.parseLong(dim));
      } else {
        size.setDimParam(dim);
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
