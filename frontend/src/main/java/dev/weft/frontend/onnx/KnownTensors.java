package dev.weft.frontend.onnx;

import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.FoldConstants;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Small tensors that depend on constants only: worked out when a converter asks, since a shape or a
 * scale that a model computes is as good as one that it holds.
 */
final class KnownTensors {
  /** Larger tensors are data. */
  private static final long MOST_ELEMENTS = 4096;

  private final ConstantEvaluator evaluator = ConstantEvaluator.interpreter();
  private final IdentityHashMap<GraphExpr, GraphExpr.Call> definitions = new IdentityHashMap<>();
  private final IdentityHashMap<GraphExpr, Tensor> values = new IdentityHashMap<>();

  /** Says what a variable is bound to. */
  void define(GraphExpr variable, GraphExpr.Call value) {
    definitions.put(variable, value);
  }

  /** The elements of a value; null if they are not known, or too many. */
  @Nullable Tensor of(GraphExpr value) {
    if (value instanceof GraphExpr.Constant constant) {
      return constant.value();
    }
    Tensor known = values.get(value);
    GraphExpr.Call call = definitions.get(value);
    if (known != null || call == null) {
      return known;
    }
    definitions.remove(value); // Whatever the answer is, it stays the answer.
    Tensor tensor = isSmall(call) ? evaluate(call) : null;
    if (tensor != null) {
      values.put(value, tensor);
    }
    return tensor;
  }

  private @Nullable Tensor evaluate(GraphExpr.Call call) {
    List<Tensor> operands = new ArrayList<>();
    for (GraphExpr arg : call.args()) {
      Tensor operand = of(arg);
      if (operand == null || operand.elements() > MOST_ELEMENTS) {
        return null;
      }
      operands.add(operand);
    }
    return FoldConstants.evaluate(call, operands, evaluator);
  }

  private static boolean isSmall(GraphExpr.Call call) {
    Long elements =
        call.type() instanceof TensorType type
            ? SizeAlgebra.constant(type.shape().elements())
            : null;
    return elements != null && elements <= MOST_ELEMENTS;
  }
}
