package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Elements put around a tensor, or cut off where a width is negative. The second operand, with
 * {@link Mode#CONSTANT} only, is the value that is put there: one element.
 *
 * @param before width at the start of each dimension
 * @param after width at the end of each dimension
 * @param mode what is put there
 */
public record Pad(List<IntExpr> before, List<IntExpr> after, Mode mode) implements Operator {
  /** What is put around the tensor. */
  public enum Mode {
    /** A value. */
    CONSTANT,
    /** The element at the border. */
    EDGE,
    /** The elements mirrored at the element on the border. */
    REFLECT,
    /** The elements from the other end. */
    WRAP
  }

  /** Checks the lengths. */
  public Pad {
    before = List.copyOf(before);
    after = List.copyOf(after);
    if (before.size() != after.size()) {
      throw new IllegalArgumentException("Pad has widths " + before + " and " + after);
    }
  }

  @Override
  public String name() {
    return "pad";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    int count = mode == Mode.CONSTANT ? 2 : 1;
    Operands operands = Operands.of(this, args, count, count);
    TensorType x = operands.tensor(0);
    if (x.rank() != before.size()) {
      throw operands.failure("widths of " + before.size() + " dimensions don't fit " + x);
    }
    if (mode == Mode.CONSTANT) {
      operands.sameDtype(0, 1);
      if (!Operands.isOne(SizeAlgebra.simplify(operands.tensor(1).shape().elements()))) {
        throw operands.failure("the value must have one element, got " + operands.tensor(1));
      }
    }
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      IntExpr size = SizeAlgebra.plus(SizeAlgebra.plus(x.dim(i), before.get(i)), after.get(i));
      dims.add(operands.positive(size, "cuts more off dimension " + i + " than it has"));
    }
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> indices = new ArrayList<>();
              Expr inside = Expr.bool(true);
              for (int d = 0; d < axes.size(); d++) {
                Expr size = call.dim(0, d);
                Expr index = Expr.sub(axes.get(d), call.expr(before.get(d)));
                if (!isAtMostZero(before.get(d))) {
                  inside = Expr.and(inside, Expr.ge(index, call.index(0)));
                }
                if (!isAtMostZero(after.get(d))) {
                  inside = Expr.and(inside, Expr.lt(index, size));
                }
                indices.add(source(call, index, size));
              }
              return mode == Mode.CONSTANT
                  ? Maths.ifThenElse(inside, call.at(0, indices), call.at(1, value(call)))
                  : call.at(0, indices);
            }));
  }

  private static boolean isAtMostZero(IntExpr width) {
    Long value = SizeAlgebra.constant(width);
    return value != null && value <= 0;
  }

  private static List<Expr> value(Lowering call) {
    return Collections.nCopies(call.type(1).rank(), call.index(0));
  }

  /** Where the element at an index outside the operand comes from. */
  private Expr source(Lowering call, Expr index, Expr size) {
    return switch (mode) {
      case CONSTANT -> index;
      case EDGE -> Expr.min(Expr.max(index, call.index(0)), Expr.sub(size, 1));
      case WRAP -> Expr.floorMod(index, size);
      case REFLECT -> {
        // To and fro over the elements; a single one is its own mirror image.
        Expr period = Expr.max(Expr.sub(Expr.mul(size, 2), 2), call.index(1));
        Expr phase = Expr.floorMod(index, period);
        yield Expr.min(phase, Expr.sub(period, phase));
      }
    };
  }
}
