package dev.weft.tir.script;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;

/** The length of {@code start:stop}; the printer and the reader agree by using the same rule. */
final class Slices {
  private Slices() {}

  /** The stop that is written for a range. */
  static Expr stop(Expr start, Expr extent) {
    return Expr.add(start, extent);
  }

  /**
   * {@code stop - start}: what is added to start where stop is written so, else the simplified
   * difference.
   */
  static Expr extent(Expr start, Expr stop) {
    if (start.isConst(0) && start.dtype().bits() <= stop.dtype().bits()) {
      return stop;
    }
    if (stop instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
        && op == BinaryOp.ADD
        && a.equals(start)) {
      return b;
    }
    return new Analyzer().simplify(Expr.sub(stop, start));
  }

  /**
   * The indices of {@code lanes} elements from a scalar index on ({@code A.vload([i], "int8x4")});
   * indices that are vectors already stay what they are.
   */
  static List<Expr> widened(Buffer buffer, List<Expr> indices, int lanes) {
    int wanted = lanes / buffer.dtype().lanes();
    if (indices.isEmpty() || indices.getLast().dtype().isVector() || wanted <= 1) {
      return indices;
    }
    List<Expr> widened = new ArrayList<>(indices);
    Expr base = widened.removeLast();
    widened.add(new Expr.Ramp(base, Expr.imm(base.dtype(), 1), wanted));
    return widened;
  }
}
