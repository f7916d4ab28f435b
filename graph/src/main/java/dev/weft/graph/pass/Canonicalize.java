package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;

/** Takes away bindings of a variable to an atom, and fields taken of a tuple that is known. */
public final class Canonicalize implements GraphPass {
  @Override
  public String name() {
    return "canonicalize";
  }

  @Override
  public boolean required() {
    return true;
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator().mutate(function));
  }

  private static final class Mutator extends GraphMutator {
    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (value instanceof GraphExpr.TupleGet(GraphExpr tuple, int index)
          && definition(tuple) instanceof GraphExpr.Tuple(var fields)) {
        return fields.get(index);
      }
      return value;
    }
  }
}
