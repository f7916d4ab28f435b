package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.lowering.DistinctKernels;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.KernelSpec;
import dev.weft.tir.PrimFunc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All kernels of a model as one program of a C-like language.
 *
 * @param text the source
 * @param specs how each kernel is launched
 * @param kernelNames what the kernel of each launch is called, by identity
 */
public record CProgram(String text, List<KernelSpec> specs, Map<PrimFunc, String> kernelNames) {
  /** Copies the list. */
  public CProgram {
    specs = List.copyOf(specs);
  }

  /**
   * Writes kernels; those that are alike up to names are written once.
   *
   * @param plans what the model's functions were lowered to
   * @param helpers none yet; takes up what the kernels use
   * @throws CodegenException if a kernel holds what the language can't say
   */
  public static CProgram of(List<KernelPlan> plans, CDialect dialect, Helpers helpers) {
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
    return new CProgram(dialect.prelude(types, helpers) + kernels, specs, distinct.names());
  }
}
