package dev.weft.compiler;

import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;

/**
 * A model compiled for one target.
 *
 * @param target what it was compiled for
 * @param graph the graph after its passes: calls of the TensorIR functions in it
 * @param kernels what each function was lowered to, in the order of the functions
 * @param program all kernels
 * @param plan what runs
 * @param weights the plan's constants; they belong to the graph
 */
public record Compilation(
    Target target,
    Graph graph,
    List<KernelPlan> kernels,
    ProgramImage program,
    LaunchPlan plan,
    Map<String, Tensor> weights) {
  /** Copies the collections. */
  public Compilation {
    kernels = List.copyOf(kernels);
    weights = Map.copyOf(weights);
  }

  /** The variant of an artifact that this is. */
  public Artifact.Variant variant() {
    return variantOf(program);
  }

  /**
   * The variant of an artifact with the kernels in another format.
   *
   * @param compiled made of {@link #program}
   */
  public Artifact.Variant variantOf(ProgramImage compiled) {
    return new Artifact.Variant(target.toString(), List.of(compiled), plan);
  }

  /** An artifact for this target alone; closing it leaves the weights open. */
  public Artifact artifact() {
    return new Artifact(List.of(variant()), Weights.of(weights), Map.of("producer", "weft"));
  }
}
