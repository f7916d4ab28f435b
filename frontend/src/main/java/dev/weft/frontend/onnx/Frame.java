package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import dev.weft.graph.GraphExpr;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an import is: in the model, in a body, or in a function that is called.
 *
 * @param path in front of nodes' names, for messages
 * @param opset the version of the standard's operators
 * @param attributes what the function that is called was given
 * @param values the values by name
 */
record Frame(String path, long opset, Map<String, AttributeProto> attributes, Values values) {
  /** Values by name; those of around a body are known in it. */
  static final class Values {
    private final @Nullable Values outer;
    private final Map<String, GraphExpr> byName = new HashMap<>();

    /** Inputs of a function that its caller leaves out. */
    private final Set<String> leftOut = new HashSet<>();

    private Values(@Nullable Values outer) {
      this.outer = outer;
    }

    @Nullable GraphExpr get(String name) {
      GraphExpr value = byName.get(name);
      return value != null || outer == null ? value : outer.get(name);
    }

    /** Gives a value a name; false if there is one of that name here. */
    boolean put(String name, GraphExpr value) {
      return byName.putIfAbsent(name, value) == null;
    }

    void leaveOut(String name) {
      leftOut.add(name);
    }

    boolean isLeftOut(String name) {
      return leftOut.contains(name) || (outer != null && outer.isLeftOut(name));
    }
  }

  /** A model. */
  static Frame of(long opset) {
    return new Frame("", opset, Map.of(), new Values(null));
  }

  /** A body of a branch or loop in here. */
  Frame body() {
    return new Frame(path, opset, attributes, new Values(values));
  }

  /** A function that a node in here calls. */
  Frame function(Node node, FunctionProto function, long version) {
    Map<String, AttributeProto> given = new HashMap<>();
    function.getAttributeProtoList().forEach(attr -> given.put(attr.getName(), attr));
    given.putAll(node.attributes());
    return new Frame(node.name() + "/", version, given, new Values(null));
  }

  /** An attribute of a node in here; null if it is one of the function's that was left out. */
  @Nullable AttributeProto resolve(AttributeProto attr) {
    if (attr.getRefAttrName().isEmpty()) {
      return attr;
    }
    AttributeProto given = attributes.get(attr.getRefAttrName());
    return given == null ? null : given.toBuilder().setName(attr.getName()).build();
  }
}
