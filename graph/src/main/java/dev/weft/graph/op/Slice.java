package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
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
public record Slice(List<IntExpr> starts, List<IntExpr> steps, List<IntExpr> lengths)
    implements Operator {
  private static final IntExpr ZERO = IntExpr.of(0);

  /** Checks the lengths and steps. */
  public Slice {
    starts = List.copyOf(starts);
    steps = List.copyOf(steps);
    lengths = List.copyOf(lengths);
    if (starts.size() != steps.size() || lengths.size() != steps.size() || steps.contains(ZERO)) {
      throw new IllegalArgumentException(
          "Slice has starts " + starts + ", steps " + steps + ", lengths " + lengths);
    }
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
                Expr distance = Expr.mul(axes.get(d), call.expr(steps.get(d)));
                indices.add(Expr.add(distance, call.expr(starts.get(d))));
              }
              return call.at(0, indices);
            }));
  }
}
