package dev.weft.compiler;

import dev.weft.graph.Graph;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPass;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.graph.pass.PassContext;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs the graph passes that the options ask for. */
final class GraphStage {
  private GraphStage() {}

  /**
   * All passes that there are for a target.
   *
   * @param evaluator works constants out
   */
  static List<GraphPass> passes(
      CompileOptions options, Target target, ConstantEvaluator evaluator) {
    List<GraphPass> passes = new ArrayList<>(GraphPasses.standard(evaluator, options.libraries()));
    // The kernels' own layout for weights; behind everything else, since it schedules.
    passes.add(new PackConstants(target, evaluator));
    return List.copyOf(passes);
  }

  /**
   * The graph as calls of TensorIR functions.
   *
   * @param target what the functions will be scheduled for
   * @throws dev.weft.graph.pass.PassOptionException if the options name a pass or a setting that
   *     there isn't
   */
  static Graph run(Graph graph, Target target, CompileOptions options) {
    PassContext context =
        new PassContext(options.optLevel(), options.passConfig(), options.disabledPasses());
    AtomicInteger number = new AtomicInteger();
    options.trace().graph(0, "imported", graph);
    try (JvmEvaluator evaluator = new JvmEvaluator()) {
      return GraphPasses.run(
          graph,
          passes(options, target, evaluator),
          context,
          (name, after) -> options.trace().graph(number.incrementAndGet(), name, after));
    }
  }
}
