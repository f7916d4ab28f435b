package dev.weft.peers;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Peer;
import dev.weft.cli.bench.Peers;
import dev.weft.graph.workload.Workload;
import org.bytedeco.mkl.global.mkl_rt;

/**
 * Products of matrices by Intel's MKL, through JavaCPP: batches by its call for them, a constant
 * right operand packed ahead of time where it is one float32 matrix.
 */
public final class MklPeer implements Peer {
  private static final String NAME = "mkl";
  private static final int ORDER = mkl_rt.CblasRowMajor;
  private static final int PLAIN = mkl_rt.CblasNoTrans;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Contestant workload(Workload workload, int threads) {
    Gemm gemm = Gemm.of(workload, NAME);
    try {
      mkl_rt.MKL_Set_Num_Threads(threads);
    } catch (LinkageError e) {
      throw Peers.missing(NAME, "its library can't be loaded: " + e.getMessage(), e);
    }
    boolean single = gemm.a().dtype().equals(DType.FLOAT32);
    return single && gemm.constantB() && gemm.batch() == 1
        ? PackedProduct.of(gemm)
        : new Product(gemm, gemm.result());
  }

  private static int right(Gemm gemm) {
    return gemm.transposeB() ? mkl_rt.CblasTrans : PLAIN;
  }

  /** One call for all products of a batch. */
  private record Product(Gemm gemm, Tensor result) implements Contestant {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) {
        if (gemm.a().dtype().equals(DType.FLOAT32)) {
          singles();
        } else {
          doubles();
        }
      }
    }

    private void singles() {
      mkl_rt.cblas_sgemm_batch_strided(
          ORDER,
          PLAIN,
          right(gemm),
          gemm.m(),
          gemm.n(),
          gemm.k(),
          1,
          gemm.all(gemm.a()).asFloatBuffer(),
          gemm.k(),
          gemm.m() * gemm.k(),
          gemm.all(gemm.b()).asFloatBuffer(),
          gemm.strideB(),
          gemm.k() * gemm.n(),
          0,
          gemm.all(result).asFloatBuffer(),
          gemm.n(),
          gemm.m() * gemm.n(),
          gemm.batch());
    }

    private void doubles() {
      mkl_rt.cblas_dgemm_batch_strided(
          ORDER,
          PLAIN,
          right(gemm),
          gemm.m(),
          gemm.n(),
          gemm.k(),
          1,
          gemm.all(gemm.a()).asDoubleBuffer(),
          gemm.k(),
          gemm.m() * gemm.k(),
          gemm.all(gemm.b()).asDoubleBuffer(),
          gemm.strideB(),
          gemm.k() * gemm.n(),
          0,
          gemm.all(result).asDoubleBuffer(),
          gemm.n(),
          gemm.m() * gemm.n(),
          gemm.batch());
    }

    @Override
    public void close() {
      result.close();
    }
  }

  /** A product whose right operand MKL has brought into its own layout before. */
  private record PackedProduct(Gemm gemm, Tensor packed, Tensor result) implements Contestant {
    static PackedProduct of(Gemm gemm) {
      long bytes =
          mkl_rt.cblas_sgemm_pack_get_size(mkl_rt.CblasBMatrix, gemm.m(), gemm.n(), gemm.k());
      Tensor packed = Tensor.allocate(DType.UINT8, bytes);
      mkl_rt.cblas_sgemm_pack(
          ORDER,
          mkl_rt.CblasBMatrix,
          right(gemm),
          gemm.m(),
          gemm.n(),
          gemm.k(),
          1,
          gemm.all(gemm.b()).asFloatBuffer(),
          gemm.strideB(),
          gemm.all(packed).asFloatBuffer());
      return new PackedProduct(gemm, packed, gemm.result());
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) {
        mkl_rt.cblas_sgemm_compute(
            ORDER,
            PLAIN,
            mkl_rt.CblasPacked,
            gemm.m(),
            gemm.n(),
            gemm.k(),
            gemm.all(gemm.a()).asFloatBuffer(),
            gemm.k(),
            gemm.all(packed).asFloatBuffer(),
            gemm.n(),
            0,
            gemm.all(result).asFloatBuffer(),
            gemm.n());
      }
    }

    @Override
    public void close() {
      packed.close();
      result.close();
    }
  }
}
