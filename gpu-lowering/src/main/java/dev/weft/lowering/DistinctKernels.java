package dev.weft.lowering;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernels of a program, each once: kernels that are alike up to names share one name.
 *
 * @param kernels what is to be written, by its name in the program, in order
 * @param names the name that the kernel of each launch got, by identity
 */
public record DistinctKernels(Map<String, PrimFunc> kernels, Map<PrimFunc, String> names) {
  /**
   * Finds what is alike in all plans of a program.
   *
   * @param reserved names that no kernel may have
   */
  public static DistinctKernels of(List<KernelPlan> plans, Set<String> reserved) {
    Map<Long, List<PrimFunc>> seen = new HashMap<>();
    Map<PrimFunc, String> names = new IdentityHashMap<>();
    Map<String, PrimFunc> kernels = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>(reserved);
    for (KernelPlan plan : plans) {
      for (Launch launch : plan.launches()) {
        PrimFunc kernel = launch.kernel();
        PrimFunc anonymous = kernel.withoutAttr(PrimFunc.GLOBAL_SYMBOL);
        List<PrimFunc> alike =
            seen.computeIfAbsent(StructuralHash.of(anonymous), hash -> new ArrayList<>());
        String name =
            alike.stream()
                .filter(other -> StructuralEqual.check(other, anonymous).isEmpty())
                .findFirst()
                .map(names::get)
                .orElse(null);
        if (name == null) {
          name = fresh(launch.kernelName(), taken);
          alike.add(anonymous);
          names.put(anonymous, name);
          kernels.put(name, kernel);
        }
        names.put(kernel, name);
      }
    }
    return new DistinctKernels(kernels, names);
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
