package dev.weft.runtime.openblas;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.openblas.global.openblas;

/**
 * Products of row-major matrices, {@code C = A · B + bias}: A {@code [..., m, k]}, B {@code [k, n]}
 * or, for batches, {@code [batch, k, n]}; the bias has n elements. A bias is what C begins as, to
 * which the product is added.
 */
final class Matmul {
  private final Tensor a;
  private final Tensor b;
  private final boolean transposeA;
  private final boolean transposeB;
  private final int batch;
  private final int m;
  private final int n;
  private final int k;

  private Matmul(Tensor a, Tensor b, boolean transposeA, boolean transposeB) {
    this.a = a;
    this.b = b;
    this.transposeA = transposeA;
    this.transposeB = transposeB;
    long[] x = a.shape();
    long[] y = b.shape();
    boolean batches = y.length == 3;
    long rows = transposeA ? x[x.length - 1] : x[x.length - 2];
    for (int i = 0; !batches && i < x.length - 2; i++) {
      rows = Math.multiplyExact(rows, x[i]);
    }
    batch = size(batches ? y[0] : 1);
    m = size(rows);
    k = size(transposeA ? x[x.length - 2] : x[x.length - 1]);
    n = size(transposeB ? y[y.length - 2] : y[y.length - 1]);
    if (size(transposeB ? y[y.length - 1] : y[y.length - 2]) != k
        || (batches && (x.length != 3 || x[0] != y[0]))) {
      throw new InputException(
          a + " can't be multiplied with " + b, "openblas.matmul", "compile the model again");
    }
  }

  private static int size(long size) {
    if (size > Integer.MAX_VALUE) {
      throw new InputException(
          "OpenBLAS takes no matrix with a side of " + size, "openblas.matmul", "make it smaller");
    }
    return (int) size;
  }

  /** The function {@code openblas.matmul}; see {@code BlasLibrary} for the attributes. */
  static List<Tensor> call(List<Tensor> inputs, Map<String, String> attributes) {
    int[] operands =
        Arrays.stream(attributes.getOrDefault("operands", "0 1").split(" "))
            .mapToInt(Integer::parseInt)
            .toArray();
    Matmul matmul =
        new Matmul(
            inputs.get(operands[0]),
            inputs.get(operands[1]),
            "1".equals(attributes.get("transpose_a")),
            "1".equals(attributes.get("transpose_b")));
    Tensor result = matmul.result();
    boolean biased = operands.length > 2;
    if (biased) {
      fillRows(result, inputs.get(operands[2]));
    }
    matmul.into(result, biased ? 1 : 0);
    return List.of(result);
  }

  private Tensor result() {
    long[] shape = a.shape();
    shape[shape.length - 2] = transposeA ? m : shape[shape.length - 2];
    shape[shape.length - 1] = n;
    return Tensor.allocate(a.dtype(), shape);
  }

  private static void fillRows(Tensor result, Tensor bias) {
    long row = bias.bytes();
    for (long offset = 0; row > 0 && offset < result.bytes(); offset += row) {
      MemorySegment.copy(bias.data(), 0, result.data(), offset, row);
    }
  }

  private void into(Tensor c, int beta) {
    if (batch == 0 || m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      return; // Nothing is added; new tensors are zero.
    }
    int order = openblas.CblasRowMajor;
    int left = transposeA ? openblas.CblasTrans : openblas.CblasNoTrans;
    int right = transposeB ? openblas.CblasTrans : openblas.CblasNoTrans;
    int rowA = transposeA ? m : k;
    int rowB = transposeB ? k : n;
    for (int i = 0; i < batch; i++) {
      ByteBuffer x = part(a, i);
      ByteBuffer y = part(b, i);
      ByteBuffer z = part(c, i);
      if (a.dtype().equals(DType.FLOAT32)) {
        openblas.cblas_sgemm(
            order,
            left,
            right,
            m,
            n,
            k,
            1,
            x.asFloatBuffer(),
            rowA,
            y.asFloatBuffer(),
            rowB,
            beta,
            z.asFloatBuffer(),
            n);
      } else if (a.dtype().equals(DType.FLOAT64)) {
        openblas.cblas_dgemm(
            order,
            left,
            right,
            m,
            n,
            k,
            1,
            x.asDoubleBuffer(),
            rowA,
            y.asDoubleBuffer(),
            rowB,
            beta,
            z.asDoubleBuffer(),
            n);
      } else {
        throw new InputException(
            "OpenBLAS multiplies no " + a.dtype(), "openblas.matmul", "compile the model again");
      }
    }
  }

  private ByteBuffer part(Tensor tensor, int index) {
    long bytes = tensor.bytes() / batch;
    if (bytes > Integer.MAX_VALUE) {
      throw new InputException(
          "a matrix of " + bytes + " bytes is too large to hand over",
          "openblas.matmul",
          "compile the model without the library");
    }
    return tensor
        .data()
        .asSlice(index * bytes, bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }
}
