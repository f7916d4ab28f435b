package dev.weft.compiler.simt;

import dev.weft.compiler.Backend;
import dev.weft.compiler.TirProgram;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.tir.target.Target;
import java.util.List;

/**
 * Functions are scheduled and lowered as for a GPU; the program is the kernels' TVMScript. Kernels
 * that were lowered for OpenCL may have vector accesses that are not aligned.
 */
public record SimtBackend() implements Backend {
  @Override
  public GeneratedProgram generate(List<KernelPlan> plans, Target target) {
    TirProgram program = new TirProgram();
    for (KernelPlan plan : plans) {
      for (Launch launch : plan.launches()) {
        program.add(launch.kernelName(), launch.kernel());
      }
    }
    boolean unaligned = target.kind() == Target.Kind.OPENCL;
    return program.generated(unaligned ? List.of(SimtProgram.UNALIGNED_VECTORS) : List.of());
  }
}
