package dev.weft.compiler;

import dev.weft.graph.Graph;
import dev.weft.lowering.KernelPlan;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model whose functions were lowered to kernels that are in no program yet.
 *
 * @param graph the graph after its passes
 * @param plans what each function was lowered to, by its name, in the order of the functions
 */
public record PlannedModel(Graph graph, Map<String, KernelPlan> plans) {
  /** Copies the map. */
  public PlannedModel {
    plans = Collections.unmodifiableMap(new LinkedHashMap<>(plans));
  }

  /** The plans, in order. */
  public List<KernelPlan> kernels() {
    return List.copyOf(plans.values());
  }
}
