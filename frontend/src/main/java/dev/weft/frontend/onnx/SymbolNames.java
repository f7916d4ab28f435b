package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.base.IntExpr;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Symbols for a model's dimensions: named ones keep their name, the others get one of their own.
 */
final class SymbolNames {
  private final Map<String, IntExpr> named = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  SymbolNames(GraphProto graph) {
    // Names come first, so that a fresh symbol never takes the name of a later one.
    for (ValueInfoProto input : graph.getInputList()) {
      for (Dimension dim : input.getType().getTensorType().getShape().getDimList()) {
        if (!dim.getDimParam().isEmpty()) {
          named.computeIfAbsent(dim.getDimParam(), this::symbol);
        }
      }
    }
  }

  /** The size of a dimension. */
  IntExpr size(Dimension dim) {
    if (dim.hasDimValue() && dim.getDimValue() >= 0) {
      return IntExpr.of(dim.getDimValue());
    }
    String name = dim.getDimParam();
    return name.isEmpty() ? symbol("d") : named.computeIfAbsent(name, this::symbol);
  }

  private IntExpr symbol(String wish) {
    String base = wish.replaceAll("[^A-Za-z0-9_]", "_");
    base = base.matches("[A-Za-z_].*") ? base : "d" + base;
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    return IntExpr.symbol(name);
  }
}
