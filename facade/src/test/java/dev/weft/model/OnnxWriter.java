package dev.weft.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.frontend.onnx.OnnxTensors;
import java.util.Arrays;
import java.util.List;

/** Writes ONNX models, and the bodies of their branches and loops. */
final class OnnxWriter {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final ModelProto.Builder model = ModelProto.newBuilder();
  private final long opset;

  private OnnxWriter(long opset) {
    this.opset = opset;
  }

  /** A model written against a version of the standard's operators. */
  static OnnxWriter opset(long opset) {
    return new OnnxWriter(opset);
  }

  /** A body of a branch or a loop. */
  static OnnxWriter body() {
    return new OnnxWriter(0);
  }

  /** An input; a dimension is a number or a name, "" for an unknown one. */
  OnnxWriter input(String name, DType dtype, Object... dims) {
    graph.addInput(value(name, dtype, dims));
    return this;
  }

  /** An output; the element type is float32 if it doesn't matter. */
  OnnxWriter output(String name) {
    return output(name, DType.FLOAT32);
  }

  OnnxWriter output(String name, DType dtype) {
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(number(dtype)))));
    return this;
  }

  /** An output that is a sequence of tensors. */
  OnnxWriter sequenceOutput(String name, DType dtype) {
    graph.addOutput(sequence(name, dtype));
    return this;
  }

  /** An input that is a sequence of tensors. */
  OnnxWriter sequenceInput(String name, DType dtype) {
    graph.addInput(sequence(name, dtype));
    return this;
  }

  private static ValueInfoProto sequence(String name, DType dtype) {
    TypeProto element =
        TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(number(dtype)))
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element)))
        .build();
  }

  OnnxWriter initializer(String name, Tensor tensor) {
    graph.addInitializer(OnnxTensors.proto(name, tensor));
    return this;
  }

  OnnxWriter longs(String name, long... values) {
    return initializer(name, Tensor.of(values, values.length));
  }

  OnnxWriter scalar(String name, long value) {
    return initializer(name, Tensor.of(new long[] {value}));
  }

  OnnxWriter floats(String name, float[] values, long... shape) {
    return initializer(name, Tensor.of(values, shape));
  }

  /** A node; names of inputs and outputs are separated by spaces, "_" leaves one out. */
  OnnxWriter node(String op, String inputs, String outputs, AttributeProto... attributes) {
    return node("", op, inputs, outputs, attributes);
  }

  /** A node of an operator of another domain. */
  OnnxWriter node(
      String domain, String op, String inputs, String outputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(op + "_" + graph.getNodeCount())
            .setDomain(domain)
            .setOpType(op)
            .addAllInput(names(inputs))
            .addAllOutput(names(outputs))
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  /** A function of the model: its body's nodes under a name in a domain. */
  OnnxWriter function(
      String domain,
      String name,
      String inputs,
      String outputs,
      List<String> attributes,
      OnnxWriter body) {
    model.addFunctions(
        FunctionProto.newBuilder()
            .setDomain(domain)
            .setName(name)
            .addAllInput(names(inputs))
            .addAllOutput(names(outputs))
            .addAllAttribute(attributes)
            .addAllNode(body.graph.getNodeList())
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1)));
    if (model.getOpsetImportList().stream().noneMatch(set -> set.getDomain().equals(domain))) {
      domain(domain, 1);
    }
    return this;
  }

  OnnxWriter domain(String domain, long version) {
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version));
    return this;
  }

  private static List<String> names(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    return Arrays.stream(text.split(" ")).map(name -> name.equals("_") ? "" : name).toList();
  }

  byte[] bytes() {
    return model
        .setIrVersion(9)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static ValueInfoProto value(String name, DType dtype, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
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
                    TypeProto.Tensor.newBuilder().setElemType(number(dtype)).setShape(shape)))
        .build();
  }

  private static int number(DType dtype) {
    return OnnxTensors.proto("", Tensor.allocate(dtype)).getDataType();
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
  }

  static AttributeProto number(String name, float value) {
    return attribute(name, AttributeProto.AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto numbers(String name, Float... values) {
    return attribute(name, AttributeProto.AttributeType.FLOATS)
        .addAllFloats(List.of(values))
        .build();
  }

  /** A sparse tensor of one row of positions for each value, or of one position each. */
  static AttributeProto sparse(String name, Tensor values, Tensor indices, Long... shape) {
    SparseTensorProto tensor =
        SparseTensorProto.newBuilder()
            .setValues(OnnxTensors.proto(name, values))
            .setIndices(OnnxTensors.proto(name + "_indices", indices))
            .addAllDims(List.of(shape))
            .build();
    return attribute(name, AttributeProto.AttributeType.SPARSE_TENSOR)
        .setSparseTensor(tensor)
        .build();
  }

  static AttributeProto text(String name, String value) {
    return attribute(name, AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto integers(String name, Long... values) {
    return attribute(name, AttributeProto.AttributeType.INTS).addAllInts(List.of(values)).build();
  }

  static AttributeProto tensor(String name, Tensor value) {
    TensorProto proto = OnnxTensors.proto(name, value);
    return attribute(name, AttributeProto.AttributeType.TENSOR).setT(proto).build();
  }

  static AttributeProto body(String name, OnnxWriter body) {
    return attribute(name, AttributeProto.AttributeType.GRAPH).setG(body.graph).build();
  }

  /** An attribute of a node in a function's body that takes the function's attribute. */
  static AttributeProto reference(String name, AttributeProto.AttributeType type, String of) {
    return attribute(name, type).setRefAttrName(of).build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
