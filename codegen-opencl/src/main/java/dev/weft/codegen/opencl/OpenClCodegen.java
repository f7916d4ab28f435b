package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.Helpers;
import dev.weft.codegen.c.KernelRenderer;
import dev.weft.lowering.DistinctKernels;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    OpenClDialect dialect = new OpenClDialect(target);
    Helpers helpers = new Helpers();
    KernelRenderer renderer = new KernelRenderer(dialect, helpers);
    DistinctKernels distinct = DistinctKernels.of(plans, dialect.reserved());
    Set<DType> types = new HashSet<>();
    List<KernelSpec> specs = new ArrayList<>();
    StringBuilder kernels = new StringBuilder();
    distinct
        .kernels()
        .forEach(
            (name, kernel) -> {
              KernelRenderer.Kernel rendered = renderer.render(kernel, name);
              specs.add(rendered.spec());
              types.addAll(rendered.usedTypes());
              kernels.append(kernels.isEmpty() ? "" : "\n").append(rendered.text());
            });
    String text = dialect.prelude(types, helpers) + kernels;
    List<String> options = List.of("-cl-std=CL1.2");
    return new GeneratedProgram(
        ProgramImage.ofText(ProgramFormat.OPENCL_C, text, specs, options), distinct.names());
  }
}
