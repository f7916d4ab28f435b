package dev.weft.examples.digits;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Writes {@link Network}'s graph as ONNX: input {@code image} f32 [1, 1, 28, 28], output {@code
 * logits} f32 [1, 10], operators Conv, Relu, MaxPool, Flatten and Gemm.
 *
 * <p>The same weights give the same bytes: no time, no host, no map whose order may change.
 */
final class OnnxWriter {

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("digits");

  private OnnxWriter() {}

  /**
   * The file's bytes.
   *
   * @param weights as {@link Network#weights} gives them
   */
  static byte[] write(List<Weights> weights) {
    return new OnnxWriter().model(weights).toByteArray();
  }

  private ModelProto model(List<Weights> weights) {
    graph.addInput(value("image", 1, 1, Picture.SIZE, Picture.SIZE));
    conv("conv1", "image", 5);
    conv("conv2", "conv1.pool", 3);
    node("Flatten", "flatten", List.of("conv2.pool")).addAttribute(integer("axis", 1));
    gemm("dense1", "flatten", "dense1.gemm");
    node("Relu", "dense1.relu", List.of("dense1.gemm"));
    gemm("dense2", "dense1.relu", "logits");
    graph.addOutput(value("logits", 1, 10));
    weights.forEach(weight -> graph.addInitializer(tensor(weight)));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("weft digits-trainer")
        .setProducerVersion("1")
        .setDocString("Digits 0-9; image: white digit on black, pixels 0 to 1.")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build();
  }

  /** Conv (square, the size kept), Relu and MaxPool 2×2; its result is {@code name + ".pool"}. */
  private void conv(String name, String input, long kernel) {
    long pad = kernel / 2;
    node("Conv", name + ".conv", List.of(input, name + ".weight", name + ".bias"))
        .addAttribute(integers("kernel_shape", kernel, kernel))
        .addAttribute(integers("pads", pad, pad, pad, pad));
    node("Relu", name + ".relu", List.of(name + ".conv"));
    node("MaxPool", name + ".pool", List.of(name + ".relu"))
        .addAttribute(integers("kernel_shape", 2, 2))
        .addAttribute(integers("strides", 2, 2));
  }

  private void gemm(String name, String input, String output) {
    node("Gemm", output, List.of(input, name + ".weight", name + ".bias"))
        .addAttribute(integer("transB", 1));
  }

  /** Adds a node named like its one output. */
  private NodeProto.Builder node(String operator, String output, List<String> inputs) {
    return graph
        .addNodeBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(inputs)
        .addOutput(output);
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto integers(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(values).boxed().toList())
        .build();
  }

  private static ValueInfoProto value(String name, long... shape) {
    var extents = TensorShapeProto.newBuilder();
    for (long extent : shape) {
      extents.addDimBuilder().setDimValue(extent);
    }
    var tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(extents);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static TensorProto tensor(Weights weights) {
    ByteBuffer bytes =
        ByteBuffer.allocate(weights.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(weights.values());
    return TensorProto.newBuilder()
        .setName(weights.name())
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .addAllDims(LongStream.of(weights.shape()).boxed().toList())
        .setRawData(ByteString.copyFrom(bytes.array()))
        .build();
  }
}
