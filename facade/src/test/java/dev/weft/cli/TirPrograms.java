package dev.weft.cli;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** TensorIR functions for tests. */
final class TirPrograms {
  private TirPrograms() {}

  /** {@code C[m, n] = A[m, k] B[k, n]}. */
  static PrimFunc matmul(long m, long n, long k, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, m, k);
    Tensor b = Te.placeholder("B", dtype, k, n);
    ReduceAxis axis = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            List.of(a.dim(0), b.dim(1)),
            at -> Te.sum(Expr.mul(a.at(at.get(0), axis.var()), b.at(axis.var(), at.get(1))), axis));
    return Te.primFunc("matmul", a, b, c);
  }
}
