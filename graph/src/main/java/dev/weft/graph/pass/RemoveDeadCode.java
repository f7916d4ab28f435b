package dev.weft.graph.pass;

import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Drops bindings of dataflow blocks that nothing needs, and functions that {@code main} does not
 * reach.
 */
public final class RemoveDeadCode implements GraphPass {
  @Override
  public String name() {
    return "remove_dead_code";
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify", "fold_constants");
  }

  @Override
  public Graph apply(Graph graph) {
    Graph trimmed =
        Functions.map(
            graph, function -> function.withBody(new Liveness(function.body()).trimmed()));
    return trimmed.functions().containsKey(Graph.MAIN) ? reachable(trimmed) : trimmed;
  }

  private static final class Liveness {
    private final Set<GraphVar> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Body body;

    Liveness(Body body) {
      this.body = body;
      body.results().forEach(this::use);
    }

    Body trimmed() {
      List<BindingBlock> blocks = new ArrayList<>();
      for (BindingBlock block : body.blocks().reversed()) {
        Deque<Binding> kept = new ArrayDeque<>();
        for (Binding binding : block.bindings().reversed()) {
          boolean needed =
              live.contains(binding.var())
                  || !block.dataflow()
                  || binding.value() instanceof GraphExpr.BindSizes;
          if (needed) {
            GraphExpr value = inner(binding.value());
            GraphChildren.forEachOperand(value, this::use);
            kept.addFirst(new Binding(binding.var(), value));
          }
        }
        if (!kept.isEmpty()) {
          blocks.addFirst(new BindingBlock(block.dataflow(), List.copyOf(kept)));
        }
      }
      return new Body(blocks, body.results());
    }

    /** What the bodies of a branch or loop don't need goes too. */
    private static GraphExpr inner(GraphExpr value) {
      return GraphChildren.map(value, operand -> operand, inside -> new Liveness(inside).trimmed());
    }

    private void use(GraphExpr atom) {
      if (atom instanceof GraphVar variable) {
        live.add(variable);
      }
    }
  }

  private static Graph reachable(Graph graph) {
    Set<String> reached = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(Graph.MAIN));
    while (!open.isEmpty()) {
      String name = open.pop();
      GraphFunction function = graph.functions().get(name);
      if (reached.add(name) && function != null) {
        callees(function.body()).forEach(open::push);
      }
    }
    Map<String, GraphFunction> functions = new LinkedHashMap<>(graph.functions());
    functions.keySet().retainAll(reached);
    return new Graph(functions, graph.primFuncs());
  }

  private static Set<String> callees(Body body) {
    Set<String> callees = new HashSet<>();
    for (Binding binding : body.bindings()) {
      if (binding.value() instanceof GraphExpr.CallFunction call) {
        callees.add(call.function());
      }
      var _ =
          GraphChildren.map(
              binding.value(),
              operand -> operand,
              inner -> {
                callees.addAll(callees(inner));
                return inner;
              });
    }
    return callees;
  }
}
