package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;

/** {@code B[i] = A[i] + A[i + 1] + … + A[i + window − 1]}: neighbours read nearly the same. */
public final class WindowSumWorkload {
  private WindowSumWorkload() {}

  /** The function of {@code A[n + window − 1]} and the result {@code B[n]}. */
  public static PrimFunc function(long n, long window, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, n + window - 1);
    DType sumType = MatmulWorkload.sumType(dtype);
    ReduceAxis axis = Te.reduceAxis(window, "w");
    boolean narrow = !sumType.equals(dtype);
    Tensor sum =
        Te.reduce(
            narrow ? "S" : "B",
            Expr.int32s(n),
            at -> Te.sum(Expr.cast(sumType, a.at(Expr.add(at.get(0), axis.var()))), axis));
    if (!narrow) {
      return Te.primFunc("window_sum", a, sum);
    }
    Tensor b = Te.compute("B", Expr.int32s(n), at -> Expr.cast(dtype, sum.at(at.get(0))));
    return Te.primFunc("window_sum", a, b);
  }
}
