package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** {@code C[m, n] = Σ A[m, k] · B[k, n]}. */
public final class MatmulWorkload {
  private MatmulWorkload() {}

  /**
   * The function of {@code A[m, k]}, {@code B[k, n]} and the result {@code C[m, n]}, all of one
   * type; sums of types narrower than 32 bits are built up in float32 or int32.
   */
  public static PrimFunc function(long m, long n, long k, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, m, k);
    Tensor b = Te.placeholder("B", dtype, k, n);
    DType sumType = sumType(dtype);
    ReduceAxis axis = Te.reduceAxis(k, "k");
    boolean narrow = !sumType.equals(dtype);
    Tensor sum =
        Te.reduce(
            narrow ? "S" : "C",
            List.of(a.dim(0), b.dim(1)),
            at ->
                Te.sum(
                    Expr.mul(
                        Expr.cast(sumType, a.at(at.get(0), axis.var())),
                        Expr.cast(sumType, b.at(axis.var(), at.get(1)))),
                    axis));
    if (!narrow) {
      return Te.primFunc("matmul", a, b, sum);
    }
    Tensor c =
        Te.compute(
            "C", List.of(a.dim(0), b.dim(1)), at -> Expr.cast(dtype, sum.at(at.get(0), at.get(1))));
    return Te.primFunc("matmul", a, b, c);
  }

  /** The type that sums of a type are built up in. */
  static DType sumType(DType dtype) {
    if (dtype.bits() >= 32) {
      return dtype;
    }
    return dtype.isFloat() ? DType.FLOAT32 : DType.INT32;
  }
}
