package dev.weft.compiler.simt;

import dev.weft.lowering.simt.SimtException;
import dev.weft.lowering.simt.SimtKernel;
import dev.weft.lowering.simt.SimtReport;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.HostProgram;
import dev.weft.tir.IRModule;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Kernels in device form, compiled when they are first launched. */
final class SimtProgram implements HostProgram {
  /** The option of a program whose vector accesses need not be aligned. */
  static final String UNALIGNED_VECTORS = "unaligned-vectors";

  private final IRModule module;
  private final boolean unalignedVectors;
  private final int warpSize;
  private final Map<String, SimtKernel> kernels = new ConcurrentHashMap<>();

  private SimtProgram(IRModule module, boolean unalignedVectors, int warpSize) {
    this.module = module;
    this.unalignedVectors = unalignedVectors;
    this.warpSize = warpSize;
  }

  static HostProgram load(ProgramImage image, int warpSize) {
    return new SimtProgram(
        TvmScript.parseModule(image.text()), image.options().contains(UNALIGNED_VECTORS), warpSize);
  }

  /**
   * Runs a kernel.
   *
   * @throws SimtException if anything is found wrong with it
   */
  @Override
  public Map<String, Long> launch(
      KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments) {
    SimtKernel compiled =
        kernels.computeIfAbsent(
            kernel.name(),
            name -> SimtKernel.compile(module.get(name), warpSize, unalignedVectors));
    SimtReport report = compiled.run(config, arguments);
    if (!report.findings().isEmpty()) {
      throw new SimtException(report);
    }
    return report.counts().figures();
  }
}
