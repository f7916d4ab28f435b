package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.GeneratedProgram;
import dev.weft.codegen.c.Helpers;
import dev.weft.codegen.c.KernelRenderer;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
    Map<Long, List<PrimFunc>> seen = new HashMap<>();
    Map<PrimFunc, String> names = new IdentityHashMap<>();
    Set<String> taken = new HashSet<>(dialect.reserved());
    Set<DType> types = new HashSet<>();
    List<KernelSpec> specs = new ArrayList<>();
    StringBuilder kernels = new StringBuilder();
    for (KernelPlan plan : plans) {
      for (Launch launch : plan.launches()) {
        PrimFunc kernel = launch.kernel();
        PrimFunc anonymous = kernel.withoutAttr(PrimFunc.GLOBAL_SYMBOL);
        List<PrimFunc> alike =
            seen.computeIfAbsent(StructuralHash.of(anonymous), hash -> new ArrayList<>());
        String known =
            alike.stream()
                .filter(other -> sameKernel(other, anonymous))
                .findFirst()
                .map(names::get)
                .orElse(null);
        if (known != null) {
          names.put(kernel, known);
          continue;
        }
        String name = fresh(launch.kernelName(), taken);
        KernelRenderer.Kernel rendered = renderer.render(kernel, name);
        alike.add(anonymous);
        names.put(anonymous, name);
        names.put(kernel, name);
        specs.add(rendered.spec());
        types.addAll(rendered.usedTypes());
        kernels.append(kernels.isEmpty() ? "" : "\n").append(rendered.text());
      }
    }
    String text = dialect.prelude(types, helpers) + kernels;
    List<String> options = List.of("-cl-std=CL1.2");
    return new GeneratedProgram(
        ProgramImage.ofText(ProgramFormat.OPENCL_C, text, specs, options), names);
  }

  private static boolean sameKernel(PrimFunc a, PrimFunc b) {
    return StructuralEqual.check(a, b).isEmpty();
  }

  private static String fresh(String wanted, Set<String> taken) {
    String base = wanted.replaceAll("[^A-Za-z0-9_]", "_");
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }
}
