package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.MatMul;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code C[m, n] = Σ A[m, k] · B[k, n]}, one product or a batch of them.
 *
 * @param batch how many products; 1 for matrices without a batch dimension
 * @param m rows of A
 * @param n columns of B
 * @param k columns of A
 * @param transposeB whether B is given as {@code [n, k]}
 * @param constantB whether B is known when the model is compiled, as weights are
 */
public record MatrixProduct(
    long batch, long m, long n, long k, boolean transposeB, boolean constantB) {
  /** The product of new operands of one type. */
  public Workload workload(DType dtype, Workload.Source source) {
    Tensor a = source.next(dtype, shape(m, k));
    Tensor b = source.next(dtype, transposeB ? shape(n, k) : shape(k, n));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", a);
    if (!constantB) {
      inputs.put("B", b);
    }
    double elements = (double) batch * ((double) m * k + (double) k * n + (double) m * n);
    return new Workload(
        title(dtype),
        Workload.graph(
            inputs,
            (builder, params) ->
                builder.emit(
                    new MatMul(false, transposeB),
                    params.get(0),
                    constantB ? new GraphExpr.Constant("B", b) : params.get(1))),
        inputs,
        2.0 * batch * m * n * k,
        elements * dtype.bytes(),
        k,
        position -> Workload.wrapped(dtype, element(a, b, position)));
  }

  private long[] shape(long rows, long columns) {
    return batch == 1 ? new long[] {rows, columns} : new long[] {batch, rows, columns};
  }

  private String title(DType dtype) {
    return "matmul "
        + (batch == 1 ? "" : batch + " of ")
        + m
        + " x "
        + n
        + " x "
        + k
        + " "
        + dtype
        + (transposeB ? ", B transposed" : "")
        + (constantB ? ", B constant" : "");
  }

  private double element(Tensor a, Tensor b, long position) {
    long product = position / (m * n);
    long row = position / n % m;
    long column = position % n;
    double sum = 0;
    for (long i = 0; i < k; i++) {
      long right = transposeB ? column * k + i : i * n + column;
      sum += a.getDouble((product * m + row) * k + i) * b.getDouble(product * k * n + right);
    }
    return sum;
  }
}
