package dev.weft.codegen.cuda;

import dev.weft.codegen.c.CProgram;
import dev.weft.codegen.c.Helpers;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.target.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes all kernels of a model as one CUDA C program. */
public final class CudaCodegen {
  /** Options for NVRTC and nvcc: C++17, as the numerics contract wants it (no fast math). */
  private static final List<String> OPTIONS = List.of("-std=c++17");

  private CudaCodegen() {}

  /**
   * Writes the program. Kernels that are alike up to names are written once.
   *
   * @param plans what the model's functions were lowered to
   * @param target a CUDA target, whose capability table the kernels were legalised for
   * @return source whose architecture is the target's: a compiler is to make code for that one
   * @throws dev.weft.codegen.c.CodegenException if a kernel holds what CUDA C can't say
   */
  public static GeneratedProgram generate(List<KernelPlan> plans, Target target) {
    Helpers helpers = new Helpers();
    CProgram program = CProgram.of(plans, new CudaDialect(helpers), helpers);
    ProgramImage image =
        new ProgramImage(
            ProgramFormat.CUDA_C,
            target.arch(),
            program.text().getBytes(StandardCharsets.UTF_8),
            program.specs(),
            OPTIONS);
    return new GeneratedProgram(image, program.kernelNames());
  }
}
