package dev.weft.tir.schedule;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** The functions that the tests schedule. */
final class Programs {
  private Programs() {}

  /** {@code C = A @ B}, one block "C" with axes SSR. */
  static PrimFunc matmul(int n) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, n, n);
    Tensor b = Te.placeholder("B", DType.FLOAT32, n, n);
    ReduceAxis k = Te.reduceAxis(n, "k");
    Tensor c =
        Te.reduce(
            "C",
            Expr.int32s(n, n),
            axes -> Te.sum(Expr.mul(a.at(axes.get(0), k.var()), b.at(k.var(), axes.get(1))), k));
    return Te.primFunc("main", a, b, c);
  }

  /** {@code Y = A @ B; C = max(Y, 0)}. */
  static PrimFunc matmulRelu(int n) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, n, n);
    Tensor b = Te.placeholder("B", DType.FLOAT32, n, n);
    ReduceAxis k = Te.reduceAxis(n, "k");
    Tensor y =
        Te.reduce(
            "Y",
            Expr.int32s(n, n),
            axes -> Te.sum(Expr.mul(a.at(axes.get(0), k.var()), b.at(k.var(), axes.get(1))), k));
    Tensor c =
        Te.compute(
            "C",
            Expr.int32s(n, n),
            axes -> Expr.max(y.at(axes.get(0), axes.get(1)), Expr.float32(0)));
    return Te.primFunc("main", a, b, c);
  }

  /** {@code B = A * 2; C = B + 1}. */
  static PrimFunc elementwise(int... shape) {
    List<Expr> dims = Expr.int32s(java.util.Arrays.stream(shape).asLongStream().toArray());
    Tensor a = Te.placeholder("A", DType.FLOAT32, dims);
    Tensor b = Te.compute("B", dims, axes -> Expr.mul(a.at(indices(axes, dims)), Expr.float32(2)));
    Tensor c = Te.compute("C", dims, axes -> Expr.add(b.at(indices(axes, dims)), Expr.float32(1)));
    return Te.primFunc("main", a, c);
  }

  private static Expr[] indices(dev.weft.tir.te.Axes axes, List<Expr> dims) {
    Expr[] result = new Expr[dims.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = axes.get(i);
    }
    return result;
  }

  /** {@code B[i] = A[i] + A[i + 1] + A[i + 2]}. */
  static PrimFunc windowSum(int n) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, n + 3);
    Tensor b =
        Te.compute(
            "B",
            Expr.int32s(n),
            axes ->
                Expr.add(
                    Expr.add(a.at(axes.get(0)), a.at(Expr.add(axes.get(0), 1))),
                    a.at(Expr.add(axes.get(0), 2))));
    return Te.primFunc("main", a, b);
  }

  /** {@code B[i] = sum over k of A[i, k]}. */
  static PrimFunc rowSum(int n, int m) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, n, m);
    ReduceAxis k = Te.reduceAxis(m, "k");
    Tensor b = Te.reduce("B", Expr.int32s(n), axes -> Te.sum(a.at(axes.get(0), k.var()), k));
    return Te.primFunc("main", a, b);
  }
}
