package dev.weft.cli.bench;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.openblas.global.openblas;

/**
 * Matrix multiplication by OpenBLAS, with as many threads as it chooses. Only {@code ./weft bench}
 * and {@code ./dev bench} put it on the class path.
 */
public final class MatmulOnOpenBlas implements Contestant {
  private final int m;
  private final int n;
  private final int k;
  private final Tensor a;
  private final Tensor b;
  private final Tensor c;

  private MatmulOnOpenBlas(int m, int n, int k, Tensor a, Tensor b) {
    this.m = m;
    this.n = n;
    this.k = k;
    this.a = a;
    this.b = b;
    this.c = Tensor.allocate(a.dtype(), m, n);
  }

  /**
   * A contestant for {@code a[m, k] b[k, n]}; the operands stay the caller's.
   *
   * @throws InputException if OpenBLAS is not there or does not know the type
   */
  public static MatmulOnOpenBlas of(Tensor a, Tensor b) {
    DType dtype = a.dtype();
    if (!dtype.equals(DType.FLOAT32) && !dtype.equals(DType.FLOAT64)) {
      throw new InputException(
          "OpenBLAS multiplies no " + dtype, "--vs openblas", "leave it out, or take --dtype f32");
    }
    try {
      openblas.blas_get_num_threads();
    } catch (LinkageError e) {
      throw new InputException(
          "OpenBLAS can't be loaded: " + e.getMessage(),
          "--vs openblas",
          "start with ./weft bench on Linux x86-64, or leave it out",
          e);
    }
    int m = Math.toIntExact(a.shape()[0]);
    int k = Math.toIntExact(a.shape()[1]);
    int n = Math.toIntExact(b.shape()[1]);
    return new MatmulOnOpenBlas(m, n, k, a, b);
  }

  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public void run(int times) {
    int order = openblas.CblasRowMajor;
    int plain = openblas.CblasNoTrans;
    for (int i = 0; i < times; i++) {
      if (a.dtype().equals(DType.FLOAT32)) {
        openblas.cblas_sgemm(
            order,
            plain,
            plain,
            m,
            n,
            k,
            1,
            buffer(a).asFloatBuffer(),
            k,
            buffer(b).asFloatBuffer(),
            n,
            0,
            buffer(c).asFloatBuffer(),
            n);
      } else {
        openblas.cblas_dgemm(
            order,
            plain,
            plain,
            m,
            n,
            k,
            1,
            buffer(a).asDoubleBuffer(),
            k,
            buffer(b).asDoubleBuffer(),
            n,
            0,
            buffer(c).asDoubleBuffer(),
            n);
      }
    }
  }

  private static ByteBuffer buffer(Tensor tensor) {
    return tensor.data().asByteBuffer().order(ByteOrder.nativeOrder());
  }

  @Override
  public Tensor result() {
    return c;
  }

  @Override
  public void close() {
    c.close();
  }
}
