package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Applies a rewriting of functions to a graph. */
final class Functions {
  private Functions() {}

  /** The graph with each function rewritten, but for those that become one kernel or call. */
  static Graph map(Graph graph, UnaryOperator<GraphFunction> rewriting) {
    Map<String, GraphFunction> functions = new LinkedHashMap<>();
    graph
        .functions()
        .forEach(
            (name, function) ->
                functions.put(name, isWhole(function) ? function : rewriting.apply(function)));
    return new Graph(functions, graph.primFuncs());
  }

  private static boolean isWhole(GraphFunction function) {
    return function.isPrimitive() || function.composite() != null;
  }
}
