package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.IntExpr.Op;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Evenly spaced elements of each dimension: element i of the result's dimension d is element {@code
 * starts[d] + i * steps[d]} of the operand's.
 *
 * @param starts the first element of each dimension
 * @param steps the distances, negative for backwards, never 0
 * @param lengths the numbers of elements
 */
public record Slice(List<IntExpr> starts, List<Long> steps, List<IntExpr> lengths)
    implements Operator {
  /** Checks the lengths and steps. */
  public Slice {
    starts = List.copyOf(starts);
    steps = List.copyOf(steps);
    lengths = List.copyOf(lengths);
    if (starts.size() != steps.size() || lengths.size() != steps.size() || steps.contains(0L)) {
      throw new IllegalArgumentException(
          "Slice has starts " + starts + ", steps " + steps + ", lengths " + lengths);
    }
  }

  /**
   * A slice with NumPy's meaning of start and end: negative ones count from the end, ones outside
   * are moved to the border.
   *
   * @param operand what is sliced
   * @param axes the sliced dimensions, from 0; the others are kept whole
   */
  public static Slice of(
      TensorType operand,
      List<Integer> axes,
      List<IntExpr> begins,
      List<IntExpr> ends,
      List<Long> steps) {
    List<IntExpr> starts = new ArrayList<>();
    List<Long> strides = new ArrayList<>();
    List<IntExpr> lengths = new ArrayList<>();
    for (int d = 0; d < operand.rank(); d++) {
      starts.add(IntExpr.of(0));
      strides.add(1L);
      lengths.add(operand.dim(d));
    }
    for (int i = 0; i < axes.size(); i++) {
      int axis = axes.get(i);
      long step = steps.get(i);
      if (step == 0) {
        throw new IllegalArgumentException("Slice step must not be 0");
      }
      IntExpr size = operand.dim(axis);
      IntExpr least = IntExpr.of(step > 0 ? 0 : -1);
      IntExpr most = step > 0 ? size : SizeAlgebra.plus(size, -1);
      IntExpr begin = clamp(fromEnd(begins.get(i), size), step > 0 ? least : IntExpr.of(0), most);
      IntExpr end = clamp(fromEnd(ends.get(i), size), least, most);
      IntExpr distance = step > 0 ? SizeAlgebra.minus(end, begin) : SizeAlgebra.minus(begin, end);
      starts.set(axis, begin);
      strides.set(axis, step);
      lengths.set(axis, atLeastZero(SizeAlgebra.ceilDiv(distance, Math.abs(step))));
    }
    return new Slice(starts, strides, lengths);
  }

  private static IntExpr fromEnd(IntExpr position, IntExpr size) {
    // A symbolic position is a size, so it is not negative.
    Long value = SizeAlgebra.constant(position);
    return value != null && value < 0 ? SizeAlgebra.plus(size, value) : position;
  }

  private static IntExpr clamp(IntExpr value, IntExpr least, IntExpr most) {
    Long number = SizeAlgebra.constant(value);
    boolean huge = number != null && number >= Integer.MAX_VALUE;
    IntExpr below = huge ? most : SizeAlgebra.simplify(IntExpr.of(Op.MIN, value, most));
    Long lowest = SizeAlgebra.constant(below);
    Long bound = SizeAlgebra.constant(least);
    boolean fine = number != null && bound != null && number >= bound && lowest == null;
    return fine ? below : SizeAlgebra.simplify(IntExpr.of(Op.MAX, below, least));
  }

  private static IntExpr atLeastZero(IntExpr size) {
    return size instanceof IntExpr.Symbol
        ? size
        : SizeAlgebra.simplify(IntExpr.of(Op.MAX, size, IntExpr.of(0)));
  }

  @Override
  public String name() {
    return "slice";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    if (x.rank() != steps.size()) {
      throw operands.failure("a slice of " + steps.size() + " dimensions doesn't fit " + x);
    }
    return x.withShape(new Shape(lengths));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> indices = new ArrayList<>();
              for (int d = 0; d < axes.size(); d++) {
                Expr distance = Expr.mul(axes.get(d), steps.get(d));
                indices.add(Expr.add(distance, call.expr(starts.get(d))));
              }
              return call.at(0, indices);
            }));
  }
}
