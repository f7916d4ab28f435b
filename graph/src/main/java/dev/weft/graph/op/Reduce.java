package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Axes;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Reducer;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A reduction over some axes. Sums and products of float16 and bfloat16 are built up in float32.
 *
 * @param reduction what is taken of the elements
 * @param axes the axes, ascending, from 0; none means that nothing is reduced
 * @param keepDims whether the reduced axes stay, with size 1
 */
public record Reduce(Reduction reduction, List<Integer> axes, boolean keepDims)
    implements Operator {
  /** Sorts the axes. */
  public Reduce {
    axes = axes.stream().distinct().sorted().toList();
  }

  @Override
  public String name() {
    return reduction.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public PatternKind kind() {
    return PatternKind.REDUCTION;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    boolean ordered = reduction == Reduction.MAX || reduction == Reduction.MIN;
    if (x.dtype().isBool() && !ordered) {
      throw operands.failure("does not take bool");
    }
    return x.withShape(reduced(operands, x, axes, keepDims));
  }

  static Shape reduced(Operands operands, TensorType x, List<Integer> axes, boolean keepDims) {
    axes.forEach(axis -> operands.axis(axis, x.rank()));
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (!axes.contains(i)) {
        dims.add(x.dim(i));
      } else if (keepDims) {
        dims.add(IntExpr.of(1));
      }
    }
    return new Shape(dims);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType x = call.type(0);
    if (axes.isEmpty()) {
      return List.of(Te.compute(name(), call.shape(), i -> call.at(0, i.list())));
    }
    boolean exact = reduction == Reduction.MAX || reduction == Reduction.MIN;
    DType wide = exact ? x.dtype() : Maths.accumulator(x.dtype());
    ReduceAxis[] reduced = reduceAxes(call, axes);
    Tensor result =
        Te.reduce(
            name(),
            call.shape(),
            i -> {
              Expr element =
                  Expr.cast(wide, call.at(0, operandIndices(i, reduced, axes, keepDims)));
              return Te.reduction(reducer(x.dtype()), List.of(element), List.of(reduced));
            });
    if (reduction != Reduction.MEAN) {
      return List.of(Maths.narrowed(result, x.dtype(), name()));
    }
    IntExpr elements =
        SizeAlgebra.simplify(new Shape(axes.stream().map(x::dim).toList()).elements());
    return List.of(
        Te.compute(
            name() + "_divide",
            call.shape(),
            i -> {
              Expr count = Expr.cast(wide, call.expr(elements));
              return Expr.cast(x.dtype(), Expr.div(result.at(i), count));
            }));
  }

  private Reducer reducer(DType dtype) {
    return switch (reduction) {
      case SUM, MEAN -> Reducer.SUM;
      case PROD -> Reducer.PROD;
      case MAX -> dtype.isBool() ? Reducer.ANY : Reducer.MAX;
      case MIN -> dtype.isBool() ? Reducer.ALL : Reducer.MIN;
    };
  }

  /** One reduction axis for each reduced dimension of operand 0. */
  static ReduceAxis[] reduceAxes(Lowering call, List<Integer> axes) {
    return axes.stream()
        .map(axis -> Te.reduceAxis(call.dim(0, axis), "k" + axis))
        .toArray(ReduceAxis[]::new);
  }

  /** The operand's indices for a result's: the reduced dimensions' come from the axes. */
  static List<Expr> operandIndices(
      Axes result, ReduceAxis[] reduced, List<Integer> axes, boolean keepDims) {
    int rank = keepDims ? result.size() : result.size() + reduced.length;
    List<Expr> indices = new ArrayList<>();
    int next = 0;
    for (int d = 0; d < rank; d++) {
      int position = axes.indexOf(d);
      if (position >= 0) {
        indices.add(reduced[position].var());
        next += keepDims ? 1 : 0;
      } else {
        indices.add(result.get(next++));
      }
    }
    return indices;
  }
}
