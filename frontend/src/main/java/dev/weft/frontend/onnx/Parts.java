package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A node's first input cut into parts along an axis. */
final class Parts {
  private Parts() {}

  /**
   * Slices that follow each other; the run checks that they make up the axis.
   *
   * @param lengths how much of the axis each part has
   */
  static List<GraphExpr> along(Node node, int axis, List<IntExpr> lengths) {
    TensorType x = node.type(0);
    IntExpr sum = lengths.stream().reduce(IntExpr.of(0), SizeAlgebra::plus);
    node.bindSizes(
        sizes -> {
          sizes.check(
              SizeLogic.equal(SizeAlgebra.minus(sum, x.dim(axis)), 0),
              "the parts " + lengths + " don't make up the size " + x.dim(axis));
          return sum;
        });
    List<GraphExpr> parts = new ArrayList<>();
    IntExpr begin = IntExpr.of(0);
    for (IntExpr length : lengths) {
      List<IntExpr> starts = new ArrayList<>(Collections.nCopies(x.rank(), IntExpr.of(0)));
      List<IntExpr> sizes = new ArrayList<>(x.shape().dims());
      starts.set(axis, begin);
      sizes.set(axis, length);
      parts.add(
          node.emit(
              new Slice(starts, Collections.nCopies(x.rank(), IntExpr.of(1)), sizes),
              node.input(0)));
      begin = SizeAlgebra.plus(begin, length);
    }
    return parts;
  }
}
