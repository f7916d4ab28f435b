package dev.weft.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Damages models: their bytes, or what they say. */
final class BrokenModel {
  private static final List<Long> ODD_NUMBERS =
      List.of(0L, -1L, 1L, 7L, 255L, 65_536L, 1L << 31, 1L << 33, Long.MAX_VALUE, Long.MIN_VALUE);

  private static final List<AttributeProto.AttributeType> TYPES =
      List.of(AttributeProto.AttributeType.values());

  private final RandomGenerator random;

  BrokenModel(RandomGenerator random) {
    this.random = random;
  }

  /** The model's bytes with one to three kinds of damage. */
  byte[] damaged(byte[] model) {
    byte[] bytes = model.clone();
    int times = random.nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      bytes = random.nextInt(3) == 0 ? bytes(bytes) : meaning(bytes);
    }
    return bytes;
  }

  private byte[] bytes(byte[] model) {
    if (model.length == 0) {
      return model;
    }
    byte[] bytes = model.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int i = random.nextInt(1, 9); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> {
        int at = random.nextInt(bytes.length);
        bytes[at] = (byte) random.nextInt();
        System.arraycopy(bytes, at, bytes, at / 2, Math.min(8, bytes.length - at));
      }
      default -> {
        int at = random.nextInt(bytes.length);
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, shorter, at, bytes.length - 1 - at);
        bytes = shorter;
      }
    }
    return bytes;
  }

  private byte[] meaning(byte[] model) {
    try {
      ModelProto.Builder proto = ModelProto.parseFrom(model).toBuilder();
      damage(proto.getGraphBuilder());
      if (random.nextInt(20) == 0 && proto.getOpsetImportCount() > 0) {
        proto.getOpsetImportBuilder(0).setVersion(odd());
      }
      return proto.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return bytes(model);
    }
  }

  private void damage(GraphProto.Builder graph) {
    switch (random.nextInt(6)) {
      case 0 -> value(graph);
      case 1 -> initializer(graph);
      case 2 -> attribute(graph);
      default -> node(graph);
    }
  }

  private long odd() {
    return ODD_NUMBERS.get(random.nextInt(ODD_NUMBERS.size()));
  }

  /** An input's dimension, type or name; an input or output that is gone. */
  private void value(GraphProto.Builder graph) {
    if (graph.getInputCount() == 0) {
      return;
    }
    ValueInfoProto.Builder input = graph.getInputBuilder(random.nextInt(graph.getInputCount()));
    TensorShapeProto.Builder shape =
        input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
    switch (random.nextInt(5)) {
      case 0 -> input.getTypeBuilder().getTensorTypeBuilder().setElemType(random.nextInt(30));
      case 1 -> shape.addDimBuilder().setDimValue(random.nextInt(4));
      case 2 -> {
        if (shape.getDimCount() > 0) {
          shape.removeDim(random.nextInt(shape.getDimCount()));
        }
      }
      case 3 -> {
        if (shape.getDimCount() > 0) {
          shape.getDimBuilder(random.nextInt(shape.getDimCount())).setDimValue(odd());
        }
      }
      default -> {
        if (random.nextBoolean() || graph.getOutputCount() == 0) {
          graph.removeInput(random.nextInt(graph.getInputCount()));
        } else {
          graph.removeOutput(random.nextInt(graph.getOutputCount()));
        }
      }
    }
  }

  private void initializer(GraphProto.Builder graph) {
    if (graph.getInitializerCount() == 0) {
      value(graph);
      return;
    }
    int index = random.nextInt(graph.getInitializerCount());
    TensorProto.Builder tensor = graph.getInitializerBuilder(index);
    switch (random.nextInt(5)) {
      case 0 -> tensor.setDataType(random.nextInt(30));
      case 1 -> tensor.addDims(odd());
      case 2 -> {
        if (tensor.getDimsCount() > 0) {
          tensor.setDims(random.nextInt(tensor.getDimsCount()), odd());
        }
      }
      case 3 -> {
        byte[] raw = tensor.getRawData().toByteArray();
        for (int i = 0; i < raw.length; i++) {
          raw[i] = random.nextInt(4) == 0 ? (byte) random.nextInt() : raw[i];
        }
        tensor.setRawData(ByteString.copyFrom(raw));
      }
      default -> graph.removeInitializer(index);
    }
  }

  private void attribute(GraphProto.Builder graph) {
    if (graph.getNodeCount() == 0) {
      return;
    }
    NodeProto.Builder node = graph.getNodeBuilder(random.nextInt(graph.getNodeCount()));
    if (node.getAttributeCount() == 0) {
      node.addAttribute(
          AttributeProto.newBuilder()
              .setName(random.nextBoolean() ? "axis" : "to")
              .setType(AttributeProto.AttributeType.INT)
              .setI(odd()));
      return;
    }
    int index = random.nextInt(node.getAttributeCount());
    AttributeProto.Builder attribute = node.getAttributeBuilder(index);
    if (attribute.hasG() && random.nextBoolean()) {
      damage(attribute.getGBuilder());
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        if (attribute.getIntsCount() > 0) {
          attribute.setInts(random.nextInt(attribute.getIntsCount()), odd());
        } else {
          attribute.setI(odd());
        }
      }
      case 1 -> attribute.addInts(odd());
      case 2 ->
          attribute
              .setType(TYPES.get(random.nextInt(TYPES.size())))
              .setS(ByteString.copyFromUtf8("nonsense"));
      default -> node.removeAttribute(index);
    }
  }

  private void node(GraphProto.Builder graph) {
    if (graph.getNodeCount() == 0) {
      return;
    }
    int index = random.nextInt(graph.getNodeCount());
    NodeProto.Builder node = graph.getNodeBuilder(index);
    NodeProto other = graph.getNode(random.nextInt(graph.getNodeCount()));
    switch (random.nextInt(8)) {
      case 0 -> node.setOpType(operator());
      case 1 -> {
        if (node.getInputCount() > 0) {
          // A cycle, where the other node is this one or comes later.
          String value = other.getOutputCount() > 0 ? other.getOutput(0) : "nothing";
          node.setInput(random.nextInt(node.getInputCount()), value);
        }
      }
      case 2 -> {
        if (node.getInputCount() > 0) {
          node.setInput(random.nextInt(node.getInputCount()), random.nextBoolean() ? "" : "none");
        }
      }
      case 3 -> node.addInput(node.getInputCount() > 0 ? node.getInput(0) : "");
      case 4 -> {
        if (node.getOutputCount() > 0) {
          node.setOutput(0, other.getOutputCount() > 0 ? other.getOutput(0) : "");
        }
      }
      case 5 -> graph.removeNode(index);
      case 6 -> graph.addNode(other);
      default -> {
        if (node.getInputCount() > 1) {
          String first = node.getInput(0);
          node.setInput(0, node.getInput(node.getInputCount() - 1));
          node.setInput(node.getInputCount() - 1, first);
        }
      }
    }
  }

  private String operator() {
    List<String> all = List.copyOf(RandomOperators.all().keySet());
    return all.get(random.nextInt(all.size()));
  }
}
