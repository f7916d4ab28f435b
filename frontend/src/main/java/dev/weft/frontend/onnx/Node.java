package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeBinder;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One node of the model as a {@link Converter} sees it. */
final class Node {
  /** The node uses a feature that is not supported. */
  static final class UnsupportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedException(String reason) {
      super(reason);
    }

    String reason() {
      String message = getMessage();
      return message == null ? "" : message;
    }
  }

  private final NodeProto proto;
  private final String name;
  private final Frame frame;
  private final List<@Nullable GraphExpr> inputs;
  private final GraphImport graph;
  private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();

  Node(
      NodeProto proto,
      String name,
      Frame frame,
      List<@Nullable GraphExpr> inputs,
      GraphImport graph) {
    this.proto = proto;
    this.name = name;
    this.frame = frame;
    this.inputs = inputs;
    this.graph = graph;
    for (AttributeProto attr : proto.getAttributeList()) {
      AttributeProto resolved = frame.resolve(attr);
      if (resolved != null) {
        attributes.put(attr.getName(), resolved);
      }
    }
  }

  String name() {
    return name;
  }

  String opType() {
    return proto.getOpType();
  }

  /** The version of the operator set that the model is written against. */
  long opset() {
    return frame.opset();
  }

  int outputCount() {
    return proto.getOutputCount();
  }

  /** Whether the node has this output and gives it a name. */
  boolean wantsOutput(int index) {
    return index < proto.getOutputCount() && !proto.getOutput(index).isEmpty();
  }

  // Inputs.

  int inputCount() {
    return inputs.size();
  }

  boolean has(int index) {
    return index < inputs.size() && inputs.get(index) != null;
  }

  GraphExpr input(int index) {
    GraphExpr input = index < inputs.size() ? inputs.get(index) : null;
    if (input == null) {
      throw invalid("it has no input " + index);
    }
    return input;
  }

  /** All inputs, of which none may be missing. */
  List<GraphExpr> inputs() {
    List<GraphExpr> all = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      all.add(input(i));
    }
    return all;
  }

  /** The inputs that are not left out. */
  List<GraphExpr> givenInputs() {
    return inputs.stream().filter(Objects::nonNull).toList();
  }

  TensorType type(int index) {
    return tensorType(input(index));
  }

  TensorType tensorType(GraphExpr value) {
    if (value.type() instanceof TensorType tensor) {
      return tensor;
    }
    throw unsupported("a value of type " + value.type());
  }

  int rank(int index) {
    return type(index).rank();
  }

  /** The sizes that an integer input holds, where the compiler knows them. */
  @Nullable List<IntExpr> knownSizes(int index) {
    return graph.sizes().of(input(index));
  }

  /**
   * The sizes that an integer input holds: expressions where the compiler knows them, otherwise new
   * symbols that are read while the model runs. None is negative; for numbers that may be, see
   * {@link #bindSizes}.
   */
  List<IntExpr> sizes(int index) {
    return sizes(input(index));
  }

  /** The sizes that an integer tensor holds; see {@link #sizes(int)}. */
  List<IntExpr> sizes(GraphExpr tensor) {
    List<IntExpr> known = graph.sizes().of(tensor);
    if (known != null) {
      return known;
    }
    List<IntExpr> sizes =
        bindSizes(
            binder ->
                binder.numbers(tensor).stream()
                    .map(number -> binder.size("size", number))
                    .toList());
    graph.sizes().put(tensor, sizes);
    return sizes;
  }

  /** The size that an integer tensor of one element holds; see {@link #sizes(int)}. */
  IntExpr size(GraphExpr tensor) {
    List<IntExpr> sizes = sizes(tensor);
    if (sizes.size() != 1) {
      throw invalid("a tensor of one element is needed, got " + tensor.type());
    }
    return sizes.get(0);
  }

  /**
   * Works out sizes of numbers that tensors hold. The same code serves numbers that are known now
   * and those that are read while the model runs; checks that fail name this node.
   *
   * <pre>{@code
   * IntExpr k = node.bindSizes(sizes -> {
   *   IntExpr wanted = sizes.number(node.input(1), 0);
   *   sizes.check(SizeLogic.atMost(wanted, x.dim(axis)), "k is larger than the dimension");
   *   return sizes.size("k", wanted);
   * });
   * }</pre>
   */
  <T> T bindSizes(Function<SizeBinder, T> body) {
    return graph.bindSizes(this, body);
  }

  /** The numbers that an integer input holds, which must be known at compile time. */
  List<Long> longs(int index) {
    List<IntExpr> sizes = knownSizes(index);
    if (sizes == null) {
      throw unsupported("input " + index + " is worked out while the model runs");
    }
    List<Long> values = new ArrayList<>();
    for (IntExpr size : sizes) {
      Long value = SizeAlgebra.constant(size);
      if (value == null) {
        throw unsupported("input " + index + " depends on the symbolic size " + size);
      }
      values.add(value);
    }
    return values;
  }

  /** The tensor that an input holds, if it depends on constants only and is small. */
  @Nullable Tensor constant(int index) {
    return graph.tensors().of(input(index));
  }

  /** Whether a value is known to be true. */
  boolean isTrue(GraphExpr value) {
    Tensor tensor = graph.tensors().of(value);
    return tensor != null && tensor.elements() == 1 && tensor.getLong(0) != 0;
  }

  // Attributes.

  Map<String, AttributeProto> attributes() {
    return attributes;
  }

  /** A body of a branch or loop. */
  GraphProto body(String key) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.GRAPH);
    if (attr == null) {
      throw invalid("it has no " + key);
    }
    return attr.getG();
  }

  /** Builds a body where the graph is being built; see {@link GraphImport#body}. */
  List<GraphExpr> build(GraphProto body, List<GraphExpr> bodyInputs) {
    return graph.body(body, bodyInputs);
  }

  OpenSequences openSequences() {
    return graph.openSequences();
  }

  LooseRanks looseRanks() {
    return graph.looseRanks();
  }

  BlockBuilder builder() {
    return graph.builder();
  }

  boolean hasAttribute(String key) {
    return attributes.containsKey(key);
  }

  /** Whether an attribute is an integer. */
  boolean isInteger(String key) {
    AttributeProto attr = attributes.get(key);
    return attr != null && attr.getType() == AttributeProto.AttributeType.INT;
  }

  long integer(String key, long otherwise) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.INT);
    return attr == null ? otherwise : attr.getI();
  }

  boolean flag(String key, boolean otherwise) {
    return integer(key, otherwise ? 1 : 0) != 0;
  }

  double number(String key, double otherwise) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.FLOAT);
    return attr == null ? otherwise : attr.getF();
  }

  String text(String key, String otherwise) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.STRING);
    return attr == null ? otherwise : attr.getS().toStringUtf8();
  }

  List<Long> integers(String key, List<Long> otherwise) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.INTS);
    return attr == null ? otherwise : attr.getIntsList();
  }

  List<Float> numbers(String key) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.FLOATS);
    return attr == null ? List.of() : attr.getFloatsList();
  }

  List<String> texts(String key) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.STRINGS);
    return attr == null
        ? List.of()
        : attr.getStringsList().stream().map(ByteString::toStringUtf8).toList();
  }

  @Nullable Tensor tensor(String key) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.TENSOR);
    if (attr == null) {
      return null;
    }
    TensorProto value = attr.getT();
    if (OnnxTypes.dtype(value.getDataType()) == null) {
      throw unsupported("a tensor of " + OnnxTypes.name(value.getDataType()));
    }
    return OnnxTensors.tensor(value, "node '" + name + "'");
  }

  /** A sparse tensor with all its elements. */
  @Nullable Tensor sparseTensor(String key) {
    AttributeProto attr = attribute(key, AttributeProto.AttributeType.SPARSE_TENSOR);
    return attr == null
        ? null
        : OnnxTensors.dense(attr.getSparseTensor(), "node '" + name + "'", new ExternalData(null));
  }

  @Nullable AttributeProto attribute(String key, AttributeProto.AttributeType type) {
    AttributeProto attr = attributes.get(key);
    if (attr == null) {
      return null;
    }
    // Files of IR version 1 leave the type out.
    boolean untyped = attr.getType() == AttributeProto.AttributeType.UNDEFINED;
    if (!untyped && attr.getType() != type) {
      throw invalid("the attribute '" + key + "' is of type " + attr.getType() + ", not " + type);
    }
    return attr;
  }

  /** An axis attribute, from 0. */
  int axis(String key, long otherwise, int rank) {
    return axis(integer(key, otherwise), rank);
  }

  /** An axis, which may count from the end, from 0. */
  int axis(long axis, int rank) {
    long positive = axis < 0 ? axis + rank : axis;
    if (positive < 0 || positive >= Math.max(rank, 1)) {
      throw invalid("axis " + axis + " does not exist in " + rank + " dimensions");
    }
    return (int) positive;
  }

  List<Integer> axes(List<Long> axes, int rank) {
    return axes.stream().map(axis -> axis(axis, rank)).toList();
  }

  // Results.

  /** Binds a call of an operator. */
  GraphExpr emit(Operator op, GraphExpr... args) {
    return emit(op, Arrays.asList(args));
  }

  /** Binds a call of an operator. */
  GraphExpr emit(Operator op, List<GraphExpr> args) {
    String output = wantsOutput(0) ? proto.getOutput(0) : name;
    return graph.emit(output, this, op, args);
  }

  /** Binds a call of an operator with several results. */
  List<GraphExpr> emitAll(Operator op, List<GraphExpr> args) {
    return fields(emit(op, args));
  }

  /** Binds an expression. */
  GraphExpr bind(GraphExpr value) {
    return graph.builder().emit(wantsOutput(0) ? proto.getOutput(0) : name, value);
  }

  /** Binds an expression with several results. */
  List<GraphExpr> bindAll(GraphExpr value) {
    return fields(bind(value));
  }

  /** A value, or those that a tuple holds. */
  private List<GraphExpr> fields(GraphExpr all) {
    if (!(all.type() instanceof TupleType(List<GraphType> fields))) {
      return List.of(all);
    }
    List<GraphExpr> results = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      results.add(graph.field(wantsOutput(i) ? proto.getOutput(i) : name, all, i));
    }
    return results;
  }

  GraphExpr unary(UnaryFunction function, GraphExpr x) {
    return emit(new Unary(function), x);
  }

  GraphExpr binary(BinaryFunction function, GraphExpr a, GraphExpr b) {
    return emit(new Binary(function), a, b);
  }

  /** A number as a tensor without dimensions. */
  GraphExpr scalar(DType dtype, double value) {
    Tensor tensor = Tensor.allocate(dtype);
    tensor.setDouble(0, value);
    return new GraphExpr.Constant("", tensor);
  }

  GraphExpr constant(Tensor value) {
    return new GraphExpr.Constant(proto.getOutput(0), value);
  }

  /** Sizes as an int64 tensor; a constant if they are numbers. */
  GraphExpr sizesTensor(List<IntExpr> sizes, boolean scalar) {
    return graph.sizesTensor(sizes, scalar);
  }

  UnsupportedException unsupported(String reason) {
    return new UnsupportedException(reason);
  }

  ImportException invalid(String what) {
    return graph.invalid(what, this);
  }
}
