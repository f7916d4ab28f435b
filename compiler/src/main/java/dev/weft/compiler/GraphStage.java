package dev.weft.compiler;

import dev.weft.graph.Graph;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPass;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.graph.pass.PassContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs the graph passes that the options ask for. */
final class GraphStage {
  private GraphStage() {}

  static List<GraphPass> passes(CompileOptions options) {
    return GraphPasses.standard(ConstantEvaluator.interpreter(), options.libraries());
  }

  /**
   * The graph as calls of TensorIR functions.
   *
   * @throws dev.weft.graph.pass.PassOptionException if the options name a pass or a setting that
   *     there isn't
   */
  static Graph run(Graph graph, CompileOptions options) {
    PassContext context =
        new PassContext(options.optLevel(), options.passConfig(), options.disabledPasses());
    AtomicInteger number = new AtomicInteger();
    options.trace().graph(0, "imported", graph);
    return GraphPasses.run(
        graph,
        passes(options),
        context,
        (name, after) -> options.trace().graph(number.incrementAndGet(), name, after));
  }
}
