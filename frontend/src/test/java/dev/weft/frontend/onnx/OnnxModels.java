package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import java.util.Arrays;
import java.util.List;

/** Writes small ONNX models for tests. */
final class OnnxModels {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final long opset;
  private long irVersion = 8;

  private OnnxModels(long opset) {
    this.opset = opset;
  }

  static OnnxModels opset(long opset) {
    return new OnnxModels(opset);
  }

  OnnxModels irVersion(long version) {
    irVersion = version;
    return this;
  }

  /** A float32 input; a dimension is a Long or a name, "" for unknown. */
  OnnxModels input(String name, Object... dims) {
    return input(name, TensorProto.DataType.FLOAT_VALUE, dims);
  }

  OnnxModels input(String name, int elementType, Object... dims) {
    graph.addInput(value(name, elementType, dims));
    return this;
  }

  OnnxModels output(String name) {
    graph.addOutput(value(name, TensorProto.DataType.FLOAT_VALUE));
    return this;
  }

  OnnxModels initializer(String name, Tensor tensor) {
    graph.addInitializer(OnnxTensors.proto(name, tensor));
    return this;
  }

  OnnxModels initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  OnnxModels node(String op, String inputs, String output, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(op + "_" + graph.getNodeCount())
            .setOpType(op)
            .addAllInput(inputs.isEmpty() ? List.of() : Arrays.asList(inputs.split(" ", -1)))
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(irVersion)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  Graph load() {
    return OnnxImporter.load(bytes(), "test.onnx");
  }

  private static ValueInfoProto value(String name, int elementType, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      Dimension.Builder dimension = Dimension.newBuilder();
      if (dim instanceof String symbol) {
        if (!symbol.isEmpty()) {
          dimension.setDimParam(symbol);
        }
      } else {
        dimension.setDimValue(((Number) dim).longValue());
      }
      shape.addDim(dimension);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(elementType).setShape(shape)))
        .build();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto number(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto integers(String name, Long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(List.of(values))
        .build();
  }
}
