package dev.weft.compiler.plan;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What a call gives a function's symbolic dimensions and scalar parameters, by their names. */
final class FunctionSizes {
  private FunctionSizes() {}

  /**
   * Matches the shapes of a function's buffers with those of a call's tensors.
   *
   * @param tensors the operands' and outputs' types, in the order of the function's buffers
   */
  static Map<String, IntExpr> of(
      PrimFunc function, GraphExpr.CallTir call, List<TensorType> tensors) {
    Map<String, IntExpr> sizes = new HashMap<>();
    List<Buffer> buffers = function.paramBuffers();
    for (int i = 0; i < buffers.size() && i < tensors.size(); i++) {
      List<Expr> shape = buffers.get(i).shape();
      for (int d = 0; d < shape.size() && d < tensors.get(i).rank(); d++) {
        if (shape.get(d) instanceof Var size) {
          sizes.putIfAbsent(size.name(), tensors.get(i).dim(d));
        }
      }
    }
    Iterator<IntExpr> scalars = call.sizes().iterator();
    for (Var param : function.params()) {
      if (!function.bufferMap().containsKey(param) && scalars.hasNext()) {
        sizes.put(param.name(), scalars.next());
      }
    }
    return sizes;
  }
}
