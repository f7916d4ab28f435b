package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.SizeAlgebra;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;

/** Works out where an element is when the same row-major elements get another shape. */
final class RowMajor {
  private RowMajor() {}

  /**
   * The indices under {@code to} of the element that has {@code indices} under {@code from}.
   *
   * <p>Dimensions are taken in the smallest runs of equal product, so that a dimension that stays
   * is left alone, and splitting or merging one touches no other.
   */
  static List<Expr> indices(Lowering call, List<Expr> indices, Shape from, Shape to) {
    List<Expr> result = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < from.rank() || j < to.rank()) {
      int fromEnd = Math.min(i + 1, from.rank());
      int toEnd = Math.min(j + 1, to.rank());
      IntExpr have = product(from, i, fromEnd);
      IntExpr want = product(to, j, toEnd);
      while (!SizeAlgebra.equal(have, want) && (fromEnd < from.rank() || toEnd < to.rank())) {
        if (toEnd == to.rank() || (fromEnd < from.rank() && isSmaller(have, want))) {
          fromEnd++;
        } else {
          toEnd++;
        }
        have = product(from, i, fromEnd);
        want = product(to, j, toEnd);
      }
      Expr position = linear(call, indices.subList(i, fromEnd), from, i);
      result.addAll(apart(call, position, to, j, toEnd));
      i = fromEnd;
      j = toEnd;
    }
    return result;
  }

  private static IntExpr product(Shape shape, int begin, int end) {
    return SizeAlgebra.simplify(new Shape(shape.dims().subList(begin, end)).elements());
  }

  /** Which side to extend; a guess for symbolic sizes, where only equality counts. */
  private static boolean isSmaller(IntExpr a, IntExpr b) {
    Long x = SizeAlgebra.constant(a);
    Long y = SizeAlgebra.constant(b);
    if (x != null && y != null) {
      return x < y;
    }
    return x != null || SizeAlgebra.constant(SizeAlgebra.floorDiv(b, a)) != null;
  }

  private static Expr linear(Lowering call, List<Expr> indices, Shape shape, int begin) {
    Expr position = call.index(0);
    for (int d = 0; d < indices.size(); d++) {
      Expr size = call.expr(shape.dim(begin + d));
      position = d == 0 ? indices.get(0) : Expr.add(Expr.mul(position, size), indices.get(d));
    }
    return position;
  }

  private static List<Expr> apart(Lowering call, Expr position, Shape shape, int begin, int end) {
    List<Expr> result = new ArrayList<>();
    for (int d = begin; d < end; d++) {
      if (Operands.isOne(shape.dim(d))) {
        result.add(call.index(0));
        continue;
      }
      Expr stride = call.expr(product(shape, d + 1, end));
      Expr quotient = Expr.floorDiv(position, stride);
      boolean outermost = isFirst(shape, begin, d);
      result.add(outermost ? quotient : Expr.floorMod(quotient, call.expr(shape.dim(d))));
    }
    return result;
  }

  private static boolean isFirst(Shape shape, int begin, int dim) {
    return shape.dims().subList(begin, dim).stream().allMatch(Operands::isOne);
  }
}
