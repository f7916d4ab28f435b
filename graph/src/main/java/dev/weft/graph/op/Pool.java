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
 * Pooling over the spatial dimensions of {@code [n, c, d…]}.
 *
 * @param reduction what is taken of a window
 * @param kernel the window's size in each dimension
 * @param window how it moves
 * @param ceilMode whether a last window that is cut off counts
 * @param countIncludePad whether an average is over the padding (zeros) too
 */
public record Pool(
    Reduction reduction,
    List<Long> kernel,
    Window window,
    boolean ceilMode,
    boolean countIncludePad)
    implements Operator {
  /** What is taken of a window. */
  public enum Reduction {
    MAX,
    AVERAGE,
    SUM
  }

  /** Checks the lengths. */
  public Pool {
    kernel = List.copyOf(kernel);
    if (kernel.size() != window.rank() || kernel.stream().anyMatch(k -> k < 1)) {
      throw new IllegalArgumentException(
          "Pool.kernel must have " + window.rank() + " positive sizes, got " + kernel);
    }
  }

  @Override
  public String name() {
    return switch (reduction) {
          case MAX -> "max_pool";
          case AVERAGE -> "avg_pool";
          case SUM -> "sum_pool";
        }
        + window.rank()
        + "d";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    if (x.rank() != window.rank() + 2) {
      throw operands.failure("a window of " + window.rank() + " dimensions doesn't fit " + x);
    }
    if (x.dtype().isBool() || (reduction != Reduction.MAX && !x.dtype().isFloat())) {
      throw operands.failure("does not take elements of type " + x.dtype());
    }
    List<IntExpr> dims = new ArrayList<>(x.shape().dims().subList(0, 2));
    for (int i = 0; i < window.rank(); i++) {
      dims.add(
          operands.positive(
              window.windows(i, x.dim(i + 2), IntExpr.of(kernel.get(i)), ceilMode),
              "the window is larger than the padded input in spatial dimension " + i));
    }
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    boolean max = reduction == Reduction.MAX;
    DType wide = max ? dtype : Maths.accumulator(dtype);
    Expr filler = max ? Maths.lowest(dtype) : Expr.imm(dtype, 0);
    Padding padding = Padding.of(call, window, paddingBehind(call), filler);
    ReduceAxis[] taps = new ReduceAxis[window.rank()];
    for (int i = 0; i < taps.length; i++) {
      taps[i] = Te.reduceAxis(call.index(kernel.get(i)), "r" + i);
    }
    Tensor reduced =
        Te.reduce(
            name(),
            call.shape(),
            axes -> {
              List<Expr> position = new ArrayList<>(axes.list(0, 2));
              for (int i = 0; i < taps.length; i++) {
                position.add(
                    Expr.add(
                        Expr.mul(axes.get(i + 2), window.strides().get(i)),
                        Expr.mul(taps[i].var(), window.dilations().get(i))));
              }
              Expr element = Expr.cast(wide, padding.at(position));
              return max ? Te.max(element, taps) : Te.sum(element, taps);
            });
    if (reduction != Reduction.AVERAGE) {
      return List.of(Maths.narrowed(reduced, dtype, name()));
    }
    return List.of(
        Te.compute(
            name() + "_mean",
            call.shape(),
            axes -> {
              Expr count = call.index(1);
              for (int i = 0; i < window.rank(); i++) {
                count = Expr.mul(count, elements(call, i, axes.get(i + 2)));
              }
              return Expr.cast(dtype, Expr.div(reduced.at(axes), Expr.cast(wide, count)));
            }));
  }

  /** The padding at the end, wide enough for the last window, which may reach beyond it. */
  private List<IntExpr> paddingBehind(Lowering call) {
    List<IntExpr> after = new ArrayList<>();
    for (int i = 0; i < window.rank(); i++) {
      IntExpr own = IntExpr.of(window.after().get(i));
      if (ceilMode) {
        IntExpr last =
            SizeAlgebra.times(
                SizeAlgebra.plus(call.result().dim(i + 2), -1),
                IntExpr.of(window.strides().get(i)));
        long reach = (kernel.get(i) - 1) * window.dilations().get(i) + 1;
        IntExpr size = SizeAlgebra.plus(call.type(0).dim(i + 2), window.before().get(i));
        IntExpr needed = SizeAlgebra.minus(SizeAlgebra.plus(last, reach), size);
        own = SizeAlgebra.simplify(IntExpr.of(IntExpr.Op.MAX, own, needed));
      }
      after.add(own);
    }
    return after;
  }

  /** How many elements of a window are in the operand (or its padding) along one dimension. */
  private Expr elements(Lowering call, int axis, Expr position) {
    long before = window.before().get(axis);
    long after = window.after().get(axis);
    long dilation = window.dilations().get(axis);
    Expr size = call.dim(0, axis + 2);
    Expr begin = Expr.sub(Expr.mul(position, window.strides().get(axis)), before);
    if (before == 0 && after == 0 && !ceilMode) {
      return call.index(kernel.get(axis));
    }
    Expr limit = countIncludePad ? Expr.add(size, after) : size;
    Expr room = Expr.floorDiv(Expr.add(Expr.sub(limit, begin), dilation - 1), dilation);
    Expr end = Expr.min(call.index(kernel.get(axis)), room);
    if (countIncludePad) {
      return end;
    }
    Expr ahead = Expr.sub(call.index(dilation - 1), begin);
    Expr first = Expr.max(call.index(0), Expr.floorDiv(ahead, dilation));
    return Expr.sub(end, first);
  }
}
