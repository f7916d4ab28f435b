package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import dev.weft.graph.WellFormed;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** The passes in their order. */
public final class GraphPasses {
  private GraphPasses() {}

  /**
   * All passes from an imported graph to one whose bindings are calls of TensorIR functions, and
   * views.
   *
   * @param evaluator works out constants
   */
  public static List<GraphPass> standard(ConstantEvaluator evaluator) {
    return List.of(
        // Aliases and tuples that are made and taken apart go away: later passes see none.
        new Canonicalize(),
        // Reshapes and transposes in a row become one, batch norms go into convolutions. Leaves
        // arithmetic on weights behind, which the next pass works out.
        new Simplify(),
        // Everything that depends on weights only.
        new FoldConstants(evaluator),
        // What is computed twice; after folding, since equal constants are merged too.
        new MergeCommonSubexpressions(),
        // What nobody needs, also what the passes before left behind.
        new RemoveDeadCode(),
        // Groups of operators that become one kernel each.
        new FuseOperators(),
        // Each group's operators as one TensorIR function; equal ones are shared.
        new LowerToTir());
  }

  /**
   * Runs passes, with a check of the graph after each.
   *
   * @param disabled names of passes to leave out; required ones run all the same
   * @param trace gets the name of each pass and the graph behind it
   * @throws WellFormed.IllFormedException if a pass makes a mistake
   */
  public static Graph run(
      Graph graph, List<GraphPass> passes, Set<String> disabled, BiConsumer<String, Graph> trace) {
    Graph current = WellFormed.check(graph);
    for (GraphPass pass : passes) {
      if (pass.required() || !disabled.contains(pass.name())) {
        current = WellFormed.check(pass.apply(current));
        trace.accept(pass.name(), current);
      }
    }
    return current;
  }

  /** Runs all passes. */
  public static Graph run(Graph graph, ConstantEvaluator evaluator) {
    return run(graph, standard(evaluator), Set.of(), (name, result) -> {});
  }
}
