package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.List;

/**
 * {@code exp(x - max) / sum(exp(x - max))} along an axis, or its logarithm {@code x - max - log(sum
 * (exp(x - max)))}, each in stages of its own. Worked out in float32 for narrower floats.
 *
 * @param axis the axis, from 0
 * @param log whether the logarithm is wanted
 */
public record Softmax(int axis, boolean log) implements Operator {
  @Override
  public String name() {
    return log ? "log_softmax" : "softmax";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.floating(0);
    operands.axis(axis, x.rank());
    return x;
  }
}
