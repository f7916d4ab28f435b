package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
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

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType x = call.type(0);
    DType dtype = x.dtype();
    DType wide = Maths.accumulator(dtype);
    Padding padding = Padding.zero(call, window);
    List<ReduceAxis> reduced = new ArrayList<>();
    reduced.add(Te.reduceAxis(call.dim(1, 1), "rc"));
    for (int i = 0; i < window.rank(); i++) {
      reduced.add(Te.reduceAxis(call.dim(1, i + 2), "r" + i));
    }
    Expr channelsPerGroup = call.dim(1, 1);
    Expr filtersPerGroup = Expr.floorDiv(call.dim(1, 0), groups);
    Tensor sum =
        Te.reduce(
            name(),
            call.shape(),
            axes -> {
              Expr channel = reduced.get(0).var();
              if (groups > 1) {
                Expr group = Expr.floorDiv(axes.get(1), filtersPerGroup);
                channel = Expr.add(Expr.mul(group, channelsPerGroup), channel);
              }
              List<Expr> position = new ArrayList<>(List.of(axes.get(0), channel));
              List<Expr> weight = new ArrayList<>(List.of(axes.get(1), reduced.get(0).var()));
              for (int i = 0; i < window.rank(); i++) {
                Expr tap = reduced.get(i + 1).var();
                position.add(
                    Expr.add(
                        Expr.mul(axes.get(i + 2), window.strides().get(i)),
                        Expr.mul(tap, window.dilations().get(i))));
                weight.add(tap);
              }
              Expr product =
                  Expr.mul(
                      Expr.cast(wide, padding.at(position)), Expr.cast(wide, call.at(1, weight)));
              return Te.sum(product, reduced.toArray(ReduceAxis[]::new));
            });
    return List.of(Maths.biased(call, sum, name()));
  }
}
