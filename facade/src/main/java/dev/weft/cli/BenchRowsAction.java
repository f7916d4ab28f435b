package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import java.util.List;
import picocli.CommandLine.Option;

/** A benchmark of what is done to a matrix row by row. */
abstract class BenchRowsAction extends BenchWorkloadAction {
  @Option(names = "--rows", defaultValue = "4096", description = "Default ${DEFAULT-VALUE}.")
  private int rows;

  @Option(names = "--columns", defaultValue = "1024", description = "Default ${DEFAULT-VALUE}.")
  private int columns;

  BenchRowsAction(Console console) {
    super(console);
  }

  @Override
  final Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    checkPositive("--rows and --columns", rows, columns);
    figures.put("rows", rows).put("columns", columns);
    return workload(new Rows(rows, columns), dtype, source, figures);
  }

  /** The workload on a matrix. */
  abstract Workload workload(Rows matrix, DType dtype, Workload.Source source, ObjectNode figures);

  @Override
  final void resize(int size) {
    columns = size;
  }

  @Override
  final List<Integer> usualSizes() {
    return List.of(64, 256, 1024, 4096, 16384);
  }
}
