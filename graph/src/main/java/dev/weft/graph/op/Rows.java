package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;

/** Comparison of a matrix's rows, the first difference deciding. */
final class Rows {
  private Rows() {}

  /** -1, 0 or 1 (int32): whether a row comes before another, is equal, or comes behind it. */
  static Code.Cell compared(Code code, Buffer matrix, Expr width, Expr row, Expr other) {
    Code.Cell order = code.cell("order", Expr.int32(0));
    code.loop(
        "m",
        width,
        m ->
            code.when(
                Expr.eq(order.get(), Expr.int32(0)),
                () -> {
                  Expr a = number(Code.load(matrix, row, m));
                  Expr b = number(Code.load(matrix, other, m));
                  Expr behind = new Expr.Select(Expr.gt(a, b), Expr.int32(1), Expr.int32(0));
                  order.set(new Expr.Select(Expr.lt(a, b), Expr.int32(-1), behind));
                }));
    return order;
  }

  private static Expr number(Expr x) {
    return x.dtype().isBool() ? Expr.cast(DType.INT32, x) : x;
  }
}
