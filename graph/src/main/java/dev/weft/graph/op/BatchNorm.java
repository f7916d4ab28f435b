package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.List;

/**
 * Normalisation with known statistics: {@code (x - mean) / sqrt(variance + epsilon) * scale +
 * bias}, where scale, bias, mean and variance have one element a channel (axis 1 of x).
 *
 * @param epsilon added to the variance
 */
public record BatchNorm(double epsilon) implements Operator {
  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.BROADCAST;
  }

  /** Operands x, scale, bias, mean, variance. */
  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 5, 5);
    TensorType x = operands.floating(0);
    for (int i = 1; i < 5; i++) {
      TensorType parameter = operands.floating(i);
      if (parameter.rank() != 1) {
        throw operands.failure("operand " + i + " must have one dimension, got " + parameter);
      }
      if (x.rank() >= 2) {
        operands.sameSize(x.dim(1), parameter.dim(0), "the number of channels");
      }
    }
    return x;
  }
}
