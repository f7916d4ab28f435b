package dev.weft.codegen.opencl;

import dev.weft.codegen.c.CProgram;
import dev.weft.codegen.c.Helpers;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.target.Target;
import java.util.List;

/** Writes all kernels of a model as one OpenCL C program. */
public final class OpenClCodegen {
  private OpenClCodegen() {}

  /**
   * Writes the program. Kernels that are alike up to names are written once.
   *
   * @param plans what the model's functions were lowered to
   * @param target an OpenCL target, whose capability table the kernels were legalised for
   * @throws dev.weft.codegen.c.CodegenException if a kernel holds what OpenCL C can't say
   */
  public static GeneratedProgram generate(List<KernelPlan> plans, Target target) {
    CProgram program = CProgram.of(plans, new OpenClDialect(target), new Helpers());
    ProgramImage image =
        ProgramImage.ofText(
            ProgramFormat.OPENCL_C, program.text(), program.specs(), List.of("-cl-std=CL1.2"));
    return new GeneratedProgram(image, program.kernelNames());
  }
}
