package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import java.util.List;

/**
 * {@code x / (bias + alpha / size * s) ^ beta}, where s is the sum of the squares of {@code size}
 * neighbouring channels (Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural
 * Networks", section 3.3).
 *
 * @param size number of channels
 * @param alpha factor
 * @param beta exponent
 * @param bias added
 */
public record LocalResponseNorm(long size, double alpha, double beta, double bias)
    implements Operator {
  @Override
  public String name() {
    return "lrn";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    operands.tensorOfRank(0, 2);
    return operands.floating(0);
  }
}
