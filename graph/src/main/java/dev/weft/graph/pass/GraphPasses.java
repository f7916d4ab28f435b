package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import dev.weft.graph.WellFormed;
import dev.weft.graph.partition.Library;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    return standard(evaluator, List.of());
  }

  /**
   * All passes; see {@link #standard(ConstantEvaluator)}.
   *
   * @param libraries what takes over the parts of the graph that it can carry out
   */
  public static List<GraphPass> standard(
      ConstantEvaluator evaluator, List<? extends Library> libraries) {
    List<GraphPass> passes = new ArrayList<>();
    // Aliases and tuples that are made and taken apart go away: later passes see none.
    passes.add(new Canonicalize());
    // Reshapes and transposes in a row become one, batch norms go into convolutions. Leaves
    // arithmetic on weights behind, which the next pass works out.
    passes.add(new Simplify());
    // On demand, while weights are still dequantised: sums of products of bytes as integers.
    passes.add(new QuantisedProducts());
    // On demand, before weights are worked out: narrow ones are constants then.
    passes.add(new MixedPrecision());
    // Everything that depends on weights only.
    passes.add(new FoldConstants(evaluator));
    // What is computed twice; after folding, since equal constants are merged too.
    passes.add(new MergeCommonSubexpressions());
    // What nobody needs, also what the passes before left behind.
    passes.add(new RemoveDeadCode());
    // What libraries do better is none of the compiler's business any more.
    passes.add(new PartitionForLibraries(libraries));
    passes.add(new GenerateExternalCalls(libraries));
    // Groups of operators that become one kernel each.
    passes.add(new FuseOperators());
    // Each group's operators as one TensorIR function; equal ones are shared.
    passes.add(new LowerToTir());
    return List.copyOf(passes);
  }

  /**
   * Runs the passes that a context selects, with a check of the graph after each.
   *
   * @param trace gets the name of each pass and the graph behind it
   * @throws PassOptionException if the context doesn't fit the passes
   * @throws WellFormed.IllFormedException if a pass makes a mistake
   */
  public static Graph run(
      Graph graph, List<GraphPass> passes, PassContext context, BiConsumer<String, Graph> trace) {
    Graph current = WellFormed.check(graph);
    for (GraphPass pass : context.select(passes)) {
      current = WellFormed.check(pass.apply(current));
      trace.accept(pass.name(), current);
    }
    return current;
  }

  /** Runs all passes but the disabled ones. */
  public static Graph run(
      Graph graph, List<GraphPass> passes, Set<String> disabled, BiConsumer<String, Graph> trace) {
    return run(graph, passes, new PassContext(3, Map.of(), new HashSet<>(disabled)), trace);
  }

  /** Runs all passes. */
  public static Graph run(Graph graph, ConstantEvaluator evaluator) {
    return run(graph, standard(evaluator), PassContext.DEFAULT, (name, result) -> {});
  }
}
