package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.graph.custom.CustomOperator;
import dev.weft.graph.custom.NodeAttributes;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.graph.custom.ScriptFunction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Imports a node by the application's definition of its operator. */
record CustomConverter(OperatorDefinition definition) implements Converter {
  @Override
  public List<GraphExpr> convert(Node node) {
    List<GraphExpr> operands = node.inputs();
    List<TensorType> types = operands.stream().map(node::tensorType).toList();
    NodeAttributes attributes = attributes(node);
    return switch (definition.body()) {
      case OperatorDefinition.Body.Expression _ -> List.of(call(node, attributes, types, operands));
      case OperatorDefinition.Body.Script(ScriptFunction function) -> {
        ScriptFunction given = function.withAttributes(attributes);
        yield given.isExpression()
            ? List.of(call(node, attributes, types, operands))
            : kernel(node, given, types, operands);
      }
      case OperatorDefinition.Body.External(String function) ->
          List.of(
              node.bind(
                  new GraphExpr.CallPacked(
                      function,
                      operands,
                      List.of(definition.rule().infer(types, attributes)),
                      texts(attributes))));
    };
  }

  private GraphExpr call(
      Node node, NodeAttributes attributes, List<TensorType> types, List<GraphExpr> operands) {
    return node.emit(CustomOperator.of(definition, attributes, types), operands);
  }

  /** A function that is no formula is a kernel of its own. */
  private List<GraphExpr> kernel(
      Node node, ScriptFunction function, List<TensorType> types, List<GraphExpr> operands) {
    List<TensorType> results = function.infer(types);
    String name = node.builder().addFunction(definition.name(), function.function());
    return node.bindAll(new GraphExpr.CallTir(name, operands, results));
  }

  private static NodeAttributes attributes(Node node) {
    Map<String, Object> values = new LinkedHashMap<>();
    node.attributes().forEach((name, attr) -> values.put(name, value(node, attr)));
    return new NodeAttributes(values);
  }

  private static Object value(Node node, AttributeProto attr) {
    return switch (attr.getType()) {
      case INT -> attr.getI();
      case FLOAT -> (double) attr.getF();
      case STRING -> attr.getS().toStringUtf8();
      case INTS -> List.copyOf(attr.getIntsList());
      case FLOATS -> attr.getFloatsList().stream().map(Float::doubleValue).toList();
      case STRINGS -> attr.getStringsList().stream().map(ByteString::toStringUtf8).toList();
      case TENSOR -> {
        Tensor tensor = node.tensor(attr.getName());
        if (tensor == null) {
          throw node.invalid("the attribute '" + attr.getName() + "' is empty");
        }
        yield tensor;
      }
      case UNDEFINED,
          GRAPH,
          SPARSE_TENSOR,
          TYPE_PROTO,
          TENSORS,
          GRAPHS,
          SPARSE_TENSORS,
          TYPE_PROTOS ->
          throw node.unsupported(
              "the attribute '" + attr.getName() + "' of type " + attr.getType());
    };
  }

  /** What a Java function is told. */
  private static Map<String, String> texts(NodeAttributes attributes) {
    Map<String, String> texts = new LinkedHashMap<>();
    attributes.values().forEach((name, value) -> texts.put(name, value.toString()));
    return texts;
  }
}
