package dev.weft.peers;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.workload.Workload;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * A workload that is a product of matrices, or of a batch of them, as a BLAS is called for it: all
 * row-major, {@code C = A · B}.
 *
 * @param batch products, one behind the other in memory
 * @param m rows of A
 * @param n columns of B
 * @param k columns of A
 * @param transposeB whether B is stored as {@code [n, k]}
 * @param constantB whether B is a constant of the model
 * @param a the left operand
 * @param b the right operand
 */
record Gemm(
    int batch, int m, int n, int k, boolean transposeB, boolean constantB, Tensor a, Tensor b) {
  /**
   * The product that a workload is.
   *
   * @param peer who asks, for the error
   * @throws InputException if it is none, or of a type that a BLAS has no product for
   */
  static Gemm of(Workload workload, String peer) {
    // Beside the product there are but other names for it.
    List<GraphExpr> values =
        workload.graph().main().body().bindings().stream()
            .map(Binding::value)
            .filter(value -> !(value instanceof GraphVar))
            .toList();
    if (values.size() != 1
        || !(values.get(0) instanceof GraphExpr.Call call)
        || !(call.op() instanceof MatMul op)
        || op.transposeA()) {
      throw new InputException(
          peer + " has nothing but products of matrices", "--vs " + peer, "leave it out");
    }
    Tensor a = tensor(workload, call.args().get(0));
    Tensor b = tensor(workload, call.args().get(1));
    if (!a.dtype().equals(DType.FLOAT32) && !a.dtype().equals(DType.FLOAT64)) {
      throw new InputException(
          peer + " multiplies no " + a.dtype(),
          "--vs " + peer,
          "leave it out, or take --dtype f32");
    }
    int rank = a.rank();
    if (rank != b.rank() || rank < 2 || rank > 3) {
      throw new InputException(peer + " multiplies matrices only", "--vs " + peer, "leave it out");
    }
    return new Gemm(
        rank == 3 ? Math.toIntExact(a.shape()[0]) : 1,
        Math.toIntExact(a.shape()[rank - 2]),
        Math.toIntExact(b.shape()[rank - (op.transposeB() ? 2 : 1)]),
        Math.toIntExact(a.shape()[rank - 1]),
        op.transposeB(),
        call.args().get(1) instanceof GraphExpr.Constant,
        a,
        b);
  }

  private static Tensor tensor(Workload workload, GraphExpr operand) {
    return switch (operand) {
      case GraphExpr.Constant constant -> constant.value();
      case GraphVar input ->
          Objects.requireNonNull(workload.inputs().get(input.name()), "an input of the workload");
      case GraphExpr other -> throw new IllegalArgumentException("no atom: " + other);
    };
  }

  /** A new tensor for the result. */
  Tensor result() {
    return batch == 1 && a.rank() == 2
        ? Tensor.allocate(a.dtype(), m, n)
        : Tensor.allocate(a.dtype(), batch, m, n);
  }

  /** From one row of B, as it is stored, to the next. */
  int strideB() {
    return transposeB ? k : n;
  }

  /** An operand or result as a whole. */
  ByteBuffer all(Tensor tensor) {
    return tensor.data().asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** One product's part of an operand or result. */
  ByteBuffer part(Tensor tensor, int product) {
    long bytes = tensor.bytes() / batch;
    return tensor
        .data()
        .asSlice(product * bytes, bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }
}
