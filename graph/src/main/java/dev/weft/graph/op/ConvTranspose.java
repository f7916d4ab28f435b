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
 * Transposed convolution (the gradient of a convolution): x {@code [n, c, d…]}, weights {@code [c,
 * m / groups, k…]}, optional bias {@code [m]}; the result is {@code [n, m, …]}. Sums of float16 and
 * bfloat16 are built up in float32.
 *
 * @param window how the kernel would move over the result
 * @param lengths the result's spatial sizes
 * @param groups into how many groups the channels are split
 */
public record ConvTranspose(Window window, List<IntExpr> lengths, long groups) implements Operator {
  /** Copies the list. */
  public ConvTranspose {
    lengths = List.copyOf(lengths);
  }

  @Override
  public String name() {
    return "conv" + window.rank() + "d_transpose";
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
    if (weights.rank() != x.rank()
        || window.rank() != x.rank() - 2
        || lengths.size() != window.rank()) {
      throw operands.failure("the input " + x + " and the weights " + weights + " don't fit");
    }
    operands.sameSize(x.dim(1), weights.dim(0), "the channels of input and weights");
    Long channels = SizeAlgebra.constant(x.dim(1));
    if (groups < 1 || (channels != null && channels % groups != 0)) {
      throw operands.failure(x.dim(1) + " channels can't be split into " + groups + " groups");
    }
    IntExpr filters = SizeAlgebra.times(weights.dim(1), IntExpr.of(groups));
    if (operands.count() == 3) {
      operands.sameSize(operands.tensor(2).dim(0), filters, "the bias and the result's channels");
    }
    List<IntExpr> dims = new ArrayList<>(List.of(x.dim(0), filters));
    dims.addAll(lengths);
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType wide = Maths.accumulator(dtype);
    Expr channelsPerGroup = Expr.floorDiv(call.dim(0, 1), groups);
    Expr filtersPerGroup = call.dim(1, 1);
    ReduceAxis channel = Te.reduceAxis(channelsPerGroup, "rc");
    List<ReduceAxis> reduced = new ArrayList<>(List.of(channel));
    for (int i = 0; i < window.rank(); i++) {
      reduced.add(Te.reduceAxis(call.dim(1, i + 2), "r" + i));
    }
    Tensor sum =
        Te.reduce(
            name(),
            call.shape(),
            axes -> {
              Expr group = Expr.floorDiv(axes.get(1), filtersPerGroup);
              Expr filter = Expr.floorMod(axes.get(1), filtersPerGroup);
              Expr c = Expr.add(Expr.mul(group, channelsPerGroup), channel.var());
              Expr inside = Expr.bool(true);
              List<Expr> at = new ArrayList<>(List.of(axes.get(0), c));
              List<Expr> weight = new ArrayList<>(List.of(c, filter));
              for (int i = 0; i < window.rank(); i++) {
                Expr tap = reduced.get(i + 1).var();
                Expr stride = call.index(window.strides().get(i));
                Expr reach = Expr.mul(tap, window.dilations().get(i));
                Expr place = Expr.sub(Expr.add(axes.get(i + 2), window.before().get(i)), reach);
                Expr source = Expr.floorDiv(place, stride);
                if (window.strides().get(i) > 1) {
                  inside = Expr.and(inside, Expr.eq(Expr.floorMod(place, stride), call.index(0)));
                }
                inside = Expr.and(inside, Expr.ge(place, call.index(0)));
                inside = Expr.and(inside, Expr.lt(source, call.dim(0, i + 2)));
                at.add(source);
                weight.add(tap);
              }
              Expr product =
                  Expr.mul(Expr.cast(wide, call.at(0, at)), Expr.cast(wide, call.at(1, weight)));
              return Te.sum(
                  Maths.ifThenElse(inside, product, Expr.imm(wide, 0)),
                  reduced.toArray(ReduceAxis[]::new));
            });
    return List.of(Maths.biased(call, sum, name()));
  }
}
