package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a graph as an ONNX model, for other runtimes to compare with. Takes what {@link
 * OnnxImporter} makes of models, as far as {@link OnnxNodes} knows the operators; control flow and
 * calls of TensorIR functions are refused.
 */
public final class OnnxExporter {
  private static final int IR_VERSION = 8;

  /** The newest operator set whose reductions and softmax are as {@link OnnxNodes} writes them. */
  private static final int OPSET = 17;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("main");
  private final Map<GraphVar, String> names = new HashMap<>();
  private final Map<Tensor, String> constants = new IdentityHashMap<>();
  private final Set<String> taken = new HashSet<>();

  private OnnxExporter() {}

  /**
   * The model's bytes, operator set 17.
   *
   * @param model its function {@code main} is written
   * @throws InputException if ONNX has no operator for a part of it; says which
   */
  public static byte[] export(Graph model) {
    return new OnnxExporter().model(model.main()).toByteArray();
  }

  private ModelProto model(GraphFunction main) {
    for (GraphVar param : main.params()) {
      names.put(param, unique(param.name()));
      graph.addInput(value(name(param), param.tensorType()));
    }
    taken.addAll(main.resultNames());
    for (Binding binding : main.body().bindings()) {
      bind(binding);
    }
    for (int i = 0; i < main.resultNames().size(); i++) {
      GraphExpr result = main.body().results().get(i);
      if (!(result.type() instanceof TensorType type)) {
        throw refused("a result of type " + result.type());
      }
      String name = main.resultNames().get(i);
      graph.addNode(node(OnnxNodes.Form.of("Identity"), List.of(operand(result)), name));
      graph.addOutput(value(name, type));
    }
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("weft")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build();
  }

  private void bind(Binding binding) {
    switch (binding.value()) {
      case GraphVar alias -> names.put(binding.var(), name(alias));
      case GraphExpr.Constant constant -> names.put(binding.var(), operand(constant));
      case GraphExpr.Call call -> {
        List<String> inputs = new ArrayList<>();
        call.args().forEach(arg -> inputs.add(operand(arg)));
        OnnxNodes.Form form = OnnxNodes.of(call);
        for (int position : form.transposed()) {
          inputs.set(position, transposed(inputs.get(position), call.args().get(position)));
        }
        for (Tensor extra : form.operands()) {
          inputs.add(constant("", extra));
        }
        String output = unique(binding.var().name());
        names.put(binding.var(), output);
        graph.addNode(node(form, inputs, output));
      }
      case GraphExpr.CallTir tir -> throw refused("the TensorIR function '" + tir.function() + "'");
      case GraphExpr.CallFunction call -> throw refused("a call of '" + call.function() + "'");
      case GraphExpr.CallPacked call -> throw refused("the Java function '" + call.name() + "'");
      case GraphExpr.Tuple tuple -> throw refused("a tuple");
      case GraphExpr.TupleGet get -> throw refused("a field of a tuple");
      case GraphExpr.If choice -> throw refused("a choice");
      case GraphExpr.Loop loop -> throw refused("a loop");
      case GraphExpr.BindSizes sizes -> throw refused("a size that depends on elements");
    }
  }

  private String transposed(String operand, GraphExpr value) {
    if (!(value.type() instanceof TensorType type) || type.rank() < 2) {
      return operand; // A vector is its own transposition.
    }
    String output = unique(operand + "_transposed");
    graph.addNode(node(OnnxNodes.Form.transpose(type.rank()), List.of(operand), output));
    return output;
  }

  static InputException refused(String what) {
    return new InputException(
        what + " can't be written as an ONNX operator",
        "export to ONNX",
        "compare with something else");
  }

  private String operand(GraphExpr expr) {
    return switch (expr) {
      case GraphVar variable -> name(variable);
      case GraphExpr.Constant constant -> constant(constant.name(), constant.value());
      case GraphExpr other -> throw new IllegalArgumentException("no atom: " + other);
    };
  }

  private String name(GraphVar variable) {
    String name = names.get(variable);
    if (name == null) {
      throw new IllegalArgumentException("the graph is not well-formed: " + variable.name());
    }
    return name;
  }

  private String constant(String wanted, Tensor value) {
    return constants.computeIfAbsent(
        value,
        key -> {
          String name = unique(wanted.isEmpty() ? "constant" : wanted);
          graph.addInitializer(OnnxTensors.proto(name, value));
          return name;
        });
  }

  private String unique(String wanted) {
    String name = wanted;
    for (int i = 1; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  private static NodeProto node(OnnxNodes.Form form, List<String> inputs, String output) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(form.type())
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output);
    for (AttributeProto attribute : form.attributes()) {
      node.addAttribute(attribute);
    }
    return node.build();
  }

  private static ValueInfoProto value(String name, TensorType type) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (IntExpr dim : type.shape().dims()) {
      TensorShapeProto.Dimension.Builder size = shape.addDimBuilder();
      switch (dim) {
        case IntExpr.Const(long value) -> size.setDimValue(value);
        case IntExpr.Symbol(String symbol) -> size.setDimParam(symbol);
        case IntExpr other -> {} // Unknown to ONNX, which works it out.
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(elementType(type.dtype()))
                        .setShape(shape)))
        .build();
  }

  static int elementType(DType dtype) {
    int number = OnnxTypes.number(dtype);
    if (number == 0) {
      throw refused("a tensor of " + dtype);
    }
    return number;
  }
}
