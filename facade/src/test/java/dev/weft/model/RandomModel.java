package dev.weft.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A model of one node that is being drawn, with its inputs. */
final class RandomModel {
  final RandomGenerator random;
  private final OnnxWriter writer;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();

  RandomModel(RandomGenerator random, long opset) {
    this.random = random;
    this.writer = OnnxWriter.opset(opset);
  }

  OnnxWriter writer() {
    return writer;
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }

  /** A number in {@code [from, to]}. */
  int in(int from, int to) {
    return random.nextInt(from, to + 1);
  }

  boolean flip() {
    return random.nextBoolean();
  }

  @SafeVarargs
  final <T> T of(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  long[] shape(int rank, int largest) {
    return random.ints(rank, 1, largest + 1).asLongStream().toArray();
  }

  /** An input of numbers between -2 and 2. */
  RandomModel floats(String name, long... shape) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, random.nextDouble() * 4 - 2);
    }
    return input(name, tensor);
  }

  /** An input of integers in {@code [from, to]}. */
  RandomModel integers(String name, DType dtype, int from, int to, long... shape) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setLong(i, in(from, to));
    }
    return input(name, tensor);
  }

  RandomModel input(String name, Tensor tensor) {
    Object[] dims = new Object[tensor.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = tensor.shape()[i];
    }
    writer.input(name, tensor.dtype(), dims);
    inputs.put(name, tensor);
    return this;
  }

  /** The node, whose outputs are the model's. */
  void node(String op, String ins, List<DType> outs, AttributeProto... attributes) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < outs.size(); i++) {
      names.append(i == 0 ? "" : " ").append("out").append(i);
    }
    writer.node(op, ins, names.toString(), attributes);
    for (int i = 0; i < outs.size(); i++) {
      writer.output("out" + i, outs.get(i));
    }
  }

  void node(String op, String ins, AttributeProto... attributes) {
    node(op, ins, List.of(DType.FLOAT32), attributes);
  }
}
