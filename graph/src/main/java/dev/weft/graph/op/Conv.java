package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolution over any number of spatial dimensions: x {@code [n, c, d…]}, weights {@code [m, c /
 * groups, k…]}, optional bias {@code [m]}; the result is {@code [n, m, …]}. Sums of float16 and
 * bfloat16 are built up in float32.
 *
 * @param window how the kernel moves
 * @param groups into how many groups the channels are split
 */
public record Conv(Window window, long groups) implements Operator {
  @Override
  public String name() {
    return "conv" + window.rank() + "d";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 3);
    TensorType x = operands.tensorOfRank(0, 3);
    TensorType weights = operands.tensor(1);
    operands.commonDtype();
    if (weights.rank() != x.rank() || window.rank() != x.rank() - 2) {
      throw operands.failure(
          "the input "
              + x
              + ", the weights "
              + weights
              + " and a window of "
              + window.rank()
              + " dimensions don't fit");
    }
    operands.sameSize(
        x.dim(1),
        SizeAlgebra.times(weights.dim(1), IntExpr.of(groups)),
        "the input's channels and groups times the weights' input channels");
    Long filters = SizeAlgebra.constant(weights.dim(0));
    if (groups < 1 || (filters != null && filters % groups != 0)) {
      throw operands.failure(weights.dim(0) + " filters can't be split into " + groups + " groups");
    }
    if (operands.count() == 3) {
      TensorType bias = operands.tensor(2);
      if (bias.rank() != 1) {
        throw operands.failure("the bias must have one dimension, got " + bias);
      }
      operands.sameSize(bias.dim(0), weights.dim(0), "the bias and the number of filters");
    }
    List<IntExpr> dims = new ArrayList<>(List.of(x.dim(0), weights.dim(0)));
    for (int i = 0; i < window.rank(); i++) {
      dims.add(
          operands.positive(
              window.windows(i, x.dim(i + 2), weights.dim(i + 2), false),
              "the kernel is larger than the padded input in spatial dimension " + i));
    }
    return x.withShape(new Shape(dims));
  }
}
