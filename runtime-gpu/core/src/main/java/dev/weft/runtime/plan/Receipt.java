package dev.weft.runtime.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a plan runs, and where: each kernel and each external function, in the order in which they
 * first appear.
 *
 * @param entries the kernels and functions
 */
public record Receipt(List<Entry> entries) {
  /**
   * A kernel or function.
   *
   * @param what the kernel's name, or the function's
   * @param where the device, or the library ({@code openblas}); {@code application} for a function
   *     that the application registered
   * @param calls in how many places of the plan it is called
   * @param attributes what a function is told besides its tensors
   */
  public record Entry(String what, String where, int calls, Map<String, String> attributes) {
    /** Copies the map. */
    public Entry {
      attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    @Override
    public String toString() {
      String told =
          attributes.isEmpty()
              ? ""
              : attributes.entrySet().stream()
                  .map(attribute -> attribute.getKey() + "=" + attribute.getValue())
                  .collect(Collectors.joining(", ", " (", ")"));
      return where + ": " + what + told + (calls == 1 ? "" : ", " + calls + " times");
    }
  }

  /** Copies the list. */
  public Receipt {
    entries = List.copyOf(entries);
  }

  /**
   * What a plan runs.
   *
   * @param device the name of the device that its kernels run on
   */
  public static Receipt of(LaunchPlan plan, String device) {
    Map<Entry, Integer> counts = new LinkedHashMap<>();
    count(plan.body(), device, counts);
    return new Receipt(
        counts.entrySet().stream()
            .map(
                each -> {
                  Entry entry = each.getKey();
                  return new Entry(
                      entry.what(), entry.where(), each.getValue(), entry.attributes());
                })
            .toList());
  }

  private static void count(List<Instruction> body, String device, Map<Entry, Integer> counts) {
    for (Instruction instruction : body) {
      switch (instruction) {
        case Instruction.Launch launch ->
            counts.merge(new Entry(launch.kernel(), device, 1, Map.of()), 1, Integer::sum);
        case Instruction.ExternalCall call -> {
          int dot = call.function().indexOf('.');
          String where = dot < 0 ? "application" : call.function().substring(0, dot);
          counts.merge(new Entry(call.function(), where, 1, call.attributes()), 1, Integer::sum);
        }
        case Instruction.Branch branch -> {
          count(branch.then(), device, counts);
          count(branch.otherwise(), device, counts);
        }
        case Instruction.Loop loop -> count(loop.body(), device, counts);
        case Instruction.Allocate i -> {}
        case Instruction.Copy i -> {}
        case Instruction.ShapeCompute i -> {}
        case Instruction.Check i -> {}
        case Instruction.Alias i -> {}
        case Instruction.BeginStack i -> {}
        case Instruction.Push i -> {}
        case Instruction.EndStack i -> {}
        case Instruction.Free i -> {}
      }
    }
  }
}
