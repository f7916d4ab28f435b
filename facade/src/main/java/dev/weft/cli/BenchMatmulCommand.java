package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.MatmulOnOpenBlas;
import dev.weft.cli.bench.Workload;
import dev.weft.graph.workload.MatmulWorkload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench matmul}. */
@Command(
    name = "matmul",
    description = "Measures C[m, n] = A[m, k] B[k, n]; peers: openblas (on the CPU), naive.",
    sortOptions = false,
    footer = {"", "Example:", "  weft bench matmul --m 1024 --n 1024 --k 1024 --vs openblas,naive"})
final class BenchMatmulCommand extends BenchFunctionAction {
  @Option(names = "--m", defaultValue = "1024", description = "Rows of A; ${DEFAULT-VALUE}.")
  private int m;

  @Option(names = "--n", defaultValue = "1024", description = "Columns of B; ${DEFAULT-VALUE}.")
  private int n;

  @Option(names = "--k", defaultValue = "1024", description = "Columns of A; ${DEFAULT-VALUE}.")
  private int k;

  BenchMatmulCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, RandomTensors random, ObjectNode figures) {
    if (m < 1 || n < 1 || k < 1) {
      throw usage("--m, --n and --k are at least 1");
    }
    figures.put("workload", "matmul").put("m", m).put("n", n).put("k", k);
    Tensor a = random.next(dtype, m, k);
    Tensor b = random.next(dtype, k, n);
    double elements = (double) m * k + (double) k * n + (double) m * n;
    return new Workload(
        "matmul " + m + " x " + n + " x " + k + " " + dtype,
        MatmulWorkload.function(m, n, k, dtype),
        List.of(a, b),
        Tensor.allocate(dtype, m, n),
        2.0 * m * n * k,
        elements * dtype.bytes(),
        k,
        position -> dot(a, b, position / n, position % n));
  }

  private double dot(Tensor a, Tensor b, long row, long column) {
    double sum = 0;
    for (long i = 0; i < k; i++) {
      sum += a.getDouble(row * k + i) * b.getDouble(i * n + column);
    }
    return sum;
  }

  @Override
  @Nullable Contestant peer(String name, Workload workload) {
    return name.equals("openblas")
        ? MatmulOnOpenBlas.of(workload.inputs().get(0), workload.inputs().get(1))
        : null;
  }

  @Override
  String knownPeers() {
    return "openblas, naive";
  }
}
