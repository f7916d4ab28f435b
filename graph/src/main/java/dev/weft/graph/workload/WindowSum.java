package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import java.util.List;
import java.util.Map;

/**
 * {@code B[i] = A[i] + A[i + 1] + … + A[i + window − 1]}: neighbours read nearly the same.
 *
 * @param n results
 * @param window terms of each
 */
public record WindowSum(long n, long window) {
  /** The sums of a new vector. */
  public Workload workload(DType dtype, Workload.Source source) {
    Tensor a = source.next(dtype, n + window - 1);
    Map<String, Tensor> inputs = Map.of("A", a);
    return new Workload(
        "window sum of " + window + " over " + n + " " + dtype,
        Workload.graph(
            inputs,
            (builder, params) ->
                builder.emitTe("window_sum", tensors -> sums(tensors.get(0)), params.get(0))),
        inputs,
        (double) n * window,
        (2.0 * n + window - 1) * dtype.bytes(),
        window,
        position -> Workload.wrapped(dtype, element(a, position)));
  }

  private dev.weft.tir.te.Tensor sums(dev.weft.tir.te.Tensor a) {
    DType dtype = a.dtype();
    DType wide = dtype.bits() >= 32 ? dtype : dtype.isFloat() ? DType.FLOAT32 : DType.INT32;
    List<Expr> shape = Expr.int32s(n);
    ReduceAxis axis = Te.reduceAxis(window, "w");
    dev.weft.tir.te.Tensor sum =
        Te.reduce(
            "B", shape, at -> Te.sum(Expr.cast(wide, a.at(Expr.add(at.get(0), axis.var()))), axis));
    return wide.equals(dtype)
        ? sum
        : Te.compute("B_cast", shape, at -> Expr.cast(dtype, sum.at(at.get(0))));
  }

  private double element(Tensor a, long position) {
    double sum = 0;
    for (long i = 0; i < window; i++) {
      sum += a.getDouble(position + i);
    }
    return sum;
  }
}
