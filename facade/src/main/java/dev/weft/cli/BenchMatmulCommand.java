package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.MatrixProduct;
import dev.weft.graph.workload.Workload;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench matmul}. */
@Command(
    name = "matmul",
    description = {
      "Measures C[m, n] = A[m, k] B[k, n]; peers: openblas, mkl, " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {"", "Example:", "  weft bench matmul --m 1024 --n 1024 --k 1024 --vs openblas,naive"})
final class BenchMatmulCommand extends BenchWorkloadAction {
  @Option(names = "--m", defaultValue = "1024", description = "Rows of A; ${DEFAULT-VALUE}.")
  private int m;

  @Option(names = "--n", defaultValue = "1024", description = "Columns of B; ${DEFAULT-VALUE}.")
  private int n;

  @Option(names = "--k", defaultValue = "1024", description = "Columns of A; ${DEFAULT-VALUE}.")
  private int k;

  @Option(names = "--batch", defaultValue = "1", description = "Products; ${DEFAULT-VALUE}.")
  private int batch;

  @Option(names = "--trans-b", description = "B is given as [n, k].")
  private boolean transposeB;

  @Option(
      names = "--packed-b",
      description = "B is constant, as a model's weights are, and may be packed ahead of time.")
  private boolean constantB;

  BenchMatmulCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    checkPositive("--m, --n, --k and --batch", m, n, k, batch);
    figures.put("workload", "matmul").put("m", m).put("n", n).put("k", k).put("batch", batch);
    figures.put("trans_b", transposeB).put("packed_b", constantB);
    return new MatrixProduct(batch, m, n, k, transposeB, constantB).workload(dtype, source);
  }

  @Override
  void resize(int size) {
    m = size;
    n = size;
    k = size;
  }

  @Override
  List<Integer> usualSizes() {
    return List.of(64, 128, 256, 512, 1024, 2048);
  }
}
