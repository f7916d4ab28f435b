package dev.weft.compiler;

import dev.weft.base.InputException;
import dev.weft.graph.Graph;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPass;
import dev.weft.graph.pass.GraphPasses;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs the graph passes that the options ask for. */
final class GraphStage {
  /** Passes that join operators to kernels, from level 2 on. */
  private static final Set<String> FUSION = Set.of("fuse_operators");

  private GraphStage() {}

  /**
   * The graph as calls of TensorIR functions.
   *
   * @throws InputException if the options name a pass or a setting that there isn't
   */
  static Graph run(Graph graph, CompileOptions options) {
    List<GraphPass> passes = GraphPasses.standard(ConstantEvaluator.interpreter());
    Set<String> known = new HashSet<>(passes.stream().map(GraphPass::name).toList());
    Set<String> disabled = new HashSet<>(options.disabledPasses());
    for (String name : disabled) {
      if (!known.contains(name)) {
        throw new InputException(
            "there is no graph pass '" + name + "'",
            "--disable-pass",
            "passes are " + passes.stream().map(GraphPass::name).toList());
      }
    }
    if (!options.passConfig().isEmpty()) {
      throw new InputException(
          "no pass has a setting " + options.passConfig().keySet(),
          "--pass-config",
          "leave it out");
    }
    if (options.optLevel() == 0) {
      disabled.addAll(known);
    } else if (options.optLevel() == 1) {
      disabled.addAll(FUSION);
    }
    AtomicInteger number = new AtomicInteger();
    options.trace().graph(0, "imported", graph);
    return GraphPasses.run(
        graph,
        passes,
        disabled,
        (name, after) -> options.trace().graph(number.incrementAndGet(), name, after));
  }
}
