package dev.weft.graph.op;

import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The dimensions in another order: dimension i of the result is dimension {@code order[i]} of the
 * operand.
 *
 * @param order a permutation
 */
public record Transpose(List<Integer> order) implements Operator {
  /** Checks that it is a permutation. */
  public Transpose {
    order = List.copyOf(order);
    if (!order.stream()
        .sorted()
        .toList()
        .equals(IntStream.range(0, order.size()).boxed().toList())) {
      throw new IllegalArgumentException("Transpose.order must be a permutation, got " + order);
    }
  }

  @Override
  public String name() {
    return "transpose";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    if (x.rank() != order.size()) {
      throw operands.failure("the order " + order + " doesn't fit " + x);
    }
    return x.withShape(new Shape(order.stream().map(x::dim).toList()));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes ->
                call.at(
                    0,
                    IntStream.range(0, order.size())
                        .mapToObj(d -> axes.get(order.indexOf(d)))
                        .toList())));
  }
}
