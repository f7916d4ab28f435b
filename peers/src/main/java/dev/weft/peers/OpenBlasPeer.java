package dev.weft.peers;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Peer;
import dev.weft.cli.bench.Peers;
import dev.weft.graph.workload.Workload;
import org.bytedeco.openblas.global.openblas;

/** Products of matrices by OpenBLAS, through JavaCPP. */
public final class OpenBlasPeer implements Peer {
  private static final String NAME = "openblas";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Contestant workload(Workload workload, int threads) {
    Gemm gemm = Gemm.of(workload, NAME);
    try {
      openblas.blas_set_num_threads(threads);
    } catch (LinkageError e) {
      throw Peers.missing(NAME, "its library can't be loaded: " + e.getMessage(), e);
    }
    return new Product(gemm, gemm.result());
  }

  /** One call a product: OpenBLAS has no batched one, and keeps no packed operand. */
  private record Product(Gemm gemm, Tensor result) implements Contestant {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) {
        for (int product = 0; product < gemm.batch(); product++) {
          multiply(product);
        }
      }
    }

    private void multiply(int product) {
      int order = openblas.CblasRowMajor;
      int plain = openblas.CblasNoTrans;
      int right = gemm.transposeB() ? openblas.CblasTrans : plain;
      if (gemm.a().dtype().equals(DType.FLOAT32)) {
        openblas.cblas_sgemm(
            order,
            plain,
            right,
            gemm.m(),
            gemm.n(),
            gemm.k(),
            1,
            gemm.part(gemm.a(), product).asFloatBuffer(),
            gemm.k(),
            gemm.part(gemm.b(), product).asFloatBuffer(),
            gemm.strideB(),
            0,
            gemm.part(result, product).asFloatBuffer(),
            gemm.n());
      } else {
        openblas.cblas_dgemm(
            order,
            plain,
            right,
            gemm.m(),
            gemm.n(),
            gemm.k(),
            1,
            gemm.part(gemm.a(), product).asDoubleBuffer(),
            gemm.k(),
            gemm.part(gemm.b(), product).asDoubleBuffer(),
            gemm.strideB(),
            0,
            gemm.part(result, product).asDoubleBuffer(),
            gemm.n());
      }
    }

    @Override
    public void close() {
      result.close();
    }
  }
}
