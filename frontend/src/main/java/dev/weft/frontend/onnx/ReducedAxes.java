package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The axes of a reduction: an attribute before {@code ReduceSum}-13 and the other reductions'
 * version 18, an input since, and known at run time only if a tensor holds them.
 *
 * <p>In the last case each dimension becomes two, {@code [d, 1]} if it stays and {@code [1, d]} if
 * it is reduced, and the second ones are reduced: what the run decides is a reshape.
 *
 * @param known the axes; null if only the run knows them
 * @param split the dimensions as pairs, if only the run knows the axes
 * @param rest the dimensions that stay, if only the run knows the axes
 */
record ReducedAxes(@Nullable List<Integer> known, List<IntExpr> split, List<IntExpr> rest) {
  static ReducedAxes of(Node node) {
    int rank = node.rank(0);
    List<IntExpr> dims = node.type(0).shape().dims();
    return node.bindSizes(
        sizes -> {
          List<IntExpr> given =
              node.has(1)
                  ? sizes.numbers(node.input(1))
                  : node.integers("axes", List.of()).stream().map(IntExpr::of).toList();
          if (given.isEmpty()) {
            boolean nothing = node.flag("noop_with_empty_axes", false);
            return of(nothing ? List.of() : IntStream.range(0, rank).boxed().toList());
          }
          List<Integer> numbers = new ArrayList<>();
          for (IntExpr axis : given) {
            Long number = SizeAlgebra.constant(axis);
            if (number != null && sizes.isKnown(axis)) {
              numbers.add(node.axis(number, rank));
            }
          }
          if (numbers.size() == given.size()) {
            return of(numbers);
          }
          AxisSet axes = AxisSet.of(given, rank, sizes);
          List<IntExpr> split = new ArrayList<>();
          for (int d = 0; d < rank; d++) {
            IntExpr reduced = axes.contains(d);
            split.add(sizes.size("kept", SizeLogic.select(reduced, IntExpr.of(1), dims.get(d))));
            split.add(sizes.size("reduced", SizeLogic.select(reduced, dims.get(d), IntExpr.of(1))));
          }
          return new ReducedAxes(null, split, axes.without(dims, sizes));
        });
  }

  private static ReducedAxes of(List<Integer> axes) {
    return new ReducedAxes(axes, List.of(), List.of());
  }

  /** Reduces a tensor of the shape of the node's first operand. */
  GraphExpr reduce(Node node, Reduction reduction, GraphExpr x, boolean keepDims) {
    if (known != null) {
      return node.emit(new Reduce(reduction, known, keepDims), x);
    }
    int rank = split.size() / 2;
    GraphExpr pairs = node.emit(new Reshape(new Shape(split)), x);
    List<Integer> second = IntStream.range(0, rank).map(d -> 2 * d + 1).boxed().toList();
    GraphExpr kept = node.emit(new Reduce(reduction, second, false), pairs);
    return keepDims ? kept : node.emit(new Reshape(new Shape(rest)), kept);
  }
}
