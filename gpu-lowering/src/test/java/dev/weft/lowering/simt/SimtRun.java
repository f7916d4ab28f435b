package dev.weft.lowering.simt;

import dev.weft.base.Tensor;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.host.HostArgument;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;

/** Runs kernels written down in device form. */
final class SimtRun {
  private SimtRun() {}

  /** A kernel from its body; 32 threads a warp. */
  static PrimFunc kernel(String params, String... lines) {
    return TvmScript.parseFunction(
        "# from tvm.script import tir as T\n\n@T.prim_func\ndef kernel("
            + params
            + "):\n    "
            + String.join("\n    ", lines)
            + "\n");
  }

  /** Runs a kernel whose extents are all constant on tensors, which it changes. */
  static SimtReport run(PrimFunc kernel, Tensor... tensors) {
    List<HostArgument> arguments = new ArrayList<>();
    for (Tensor tensor : tensors) {
      arguments.add(new HostArgument.Memory(tensor.dtype(), tensor.data()));
    }
    return SimtKernel.compile(kernel, 32).run(geometry(kernel.body()), arguments);
  }

  /** The launch that a kernel's thread extents ask for. */
  static LaunchConfig geometry(Stmt body) {
    long[] grid = {1, 1, 1};
    long[] block = {1, 1, 1};
    Stmt inner = body;
    while (inner instanceof Stmt.Attr(IterVar axis, String key, Expr.IntImm extent, Stmt next)
        && axis.thread() != null) {
      switch (axis.thread().level) {
        case GRID -> grid[axis.thread().axis] = extent.value();
        case BLOCK -> block[axis.thread().axis] = extent.value();
        case CLUSTER, VIRTUAL -> throw new IllegalArgumentException(axis.toString());
      }
      inner = next;
    }
    return new LaunchConfig(
        new Extent3(grid[0], grid[1], grid[2]), new Extent3(block[0], block[1], block[2]), 0);
  }

  /** The kinds of what was found, each once, in order. */
  static List<Finding.Kind> kinds(SimtReport report) {
    return report.findings().stream().map(Finding::kind).distinct().toList();
  }
}
