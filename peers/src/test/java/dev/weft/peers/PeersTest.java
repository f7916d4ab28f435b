package dev.weft.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Peer;
import dev.weft.cli.bench.Peers;
import dev.weft.cli.bench.SampleCheck;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.workload.Attention;
import dev.weft.graph.workload.Chain;
import dev.weft.graph.workload.Convolution;
import dev.weft.graph.workload.MatrixProduct;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.WindowSum;
import dev.weft.graph.workload.Workload;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every peer works out what the workload's own reference says. */
class PeersTest {
  private static final int THREADS = 2;

  private static Tensor random(DType dtype, long... shape) {
    Random random = new Random(shape.length);
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, dtype.isFloat() ? random.nextDouble() * 2 - 1 : random.nextInt(10));
    }
    return tensor;
  }

  static Stream<Workload> workloads() {
    Workload.Source source = PeersTest::random;
    DType f32 = DType.FLOAT32;
    return Stream.of(
        product(1, false, false).workload(f32, source),
        product(1, true, true).workload(f32, source),
        product(3, true, false).workload(f32, source),
        product(3, false, false).workload(DType.FLOAT64, source),
        new Convolution(2, 4, 9, 8, 6, 3, 2, 2, 1, 1, 2).workload(f32, source),
        new Convolution(1, 5, 9, 9, 5, 3, 3, 1, 1, 2, 5).workload(f32, source),
        new Rows(7, 33).softmax(f32, source),
        new Rows(7, 33).layerNorm(f32, source),
        new Rows(7, 33).reduce(Reduction.SUM, 0, f32, source),
        new Rows(7, 33).reduce(Reduction.MEAN, 1, f32, source),
        new Rows(7, 33).reduce(Reduction.MAX, 1, DType.INT32, source),
        new Rows(7, 33).transpose(DType.INT8, source),
        new Chain(1001, 5).workload(f32, source),
        new Attention(3, 17, 8).workload(f32, source));
  }

  private static MatrixProduct product(long batch, boolean transposeB, boolean constantB) {
    return new MatrixProduct(batch, 13, 17, 29, transposeB, constantB);
  }

  private static void check(Peer peer, Workload workload) {
    try (workload;
        Contestant contestant = peer.workload(workload, THREADS)) {
      contestant.run(2);
      assertThat(contestant.name()).isEqualTo(peer.name());
      assertThat(contestant.result().shape()).isEqualTo(workload.result().shape().toLongs());
      assertThat(SampleCheck.firstDifference(contestant.result(), workload)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void onnxRuntime(Workload workload) {
    check(Peers.installed().get("onnxruntime"), workload);
  }

  static Stream<Workload> products() {
    return Stream.of(false, true)
        .flatMap(
            transposed ->
                Stream.of(
                    product(1, transposed, false).workload(DType.FLOAT32, PeersTest::random),
                    product(1, transposed, true).workload(DType.FLOAT32, PeersTest::random),
                    product(1, transposed, true).workload(DType.FLOAT64, PeersTest::random),
                    product(4, transposed, false).workload(DType.FLOAT32, PeersTest::random),
                    product(4, transposed, false).workload(DType.FLOAT64, PeersTest::random)));
  }

  @ParameterizedTest
  @MethodSource("products")
  void openBlas(Workload workload) {
    check(new OpenBlasPeer(), workload);
  }

  @ParameterizedTest
  @MethodSource("products")
  void mkl(Workload workload) {
    assumeTrue(
        getClass().getResource("/org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2") != null,
        "MKL itself is not on the class path (Maven profile mkl)");
    check(new MklPeer(), workload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openblas", "mkl"})
  void aBlasRefusesWhatIsNoProduct(String name) {
    Peer peer = Peers.installed().get(name);
    for (Workload workload :
        List.of(
            new Rows(3, 4).softmax(DType.FLOAT32, PeersTest::random),
            product(1, false, false).workload(DType.INT32, PeersTest::random))) {
      try (workload) {
        assertThatThrownBy(() -> peer.workload(workload, THREADS))
            .isInstanceOf(InputException.class)
            .hasMessageContaining(name)
            .hasMessageContaining("leave it out");
      }
    }
  }

  @Test
  void onnxRuntimeRefusesWhatOnnxHasNoOperatorFor() {
    try (Workload workload = new WindowSum(10, 3).workload(DType.FLOAT32, PeersTest::random)) {
      assertThatThrownBy(() -> new OnnxRuntimePeer().workload(workload, THREADS))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("window_sum");
    }
  }
}
