package dev.weft.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Says of each variable of a rewritten body anew whether it stays in its dataflow block: those that
 * are used behind it don't.
 */
final class Scoping {
  private final IdentityHashMap<GraphVar, GraphVar> renamed = new IdentityHashMap<>();
  private final Set<GraphVar> escaping = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<GraphVar, String> names;

  private Scoping(IdentityHashMap<GraphVar, String> names) {
    this.names = names;
  }

  /**
   * The body with its variables in the right scope.
   *
   * @param names new names for some of them
   */
  static Body repair(Body body, IdentityHashMap<GraphVar, String> names) {
    Scoping scoping = new Scoping(names);
    scoping.escapes(body);
    return scoping.body(body);
  }

  private void escapes(Body body) {
    for (BindingBlock block : body.blocks()) {
      Set<GraphVar> inside = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Binding binding : block.bindings()) {
        GraphChildren.forEachOperand(
            binding.value(),
            operand -> {
              if (operand instanceof GraphVar variable && !inside.contains(variable)) {
                escaping.add(variable);
              }
            });
        bodies(binding.value());
        inside.add(binding.var());
      }
    }
    for (GraphExpr result : body.results()) {
      if (result instanceof GraphVar variable) {
        escaping.add(variable);
      }
    }
  }

  private void bodies(GraphExpr value) {
    var _ =
        GraphChildren.map(
            value,
            operand -> operand,
            inner -> {
              escapes(inner);
              return inner;
            });
  }

  private Body body(Body body) {
    List<BindingBlock> blocks = new ArrayList<>();
    for (BindingBlock block : body.blocks()) {
      List<Binding> bindings = new ArrayList<>();
      for (Binding binding : block.bindings()) {
        GraphExpr value = GraphChildren.map(binding.value(), this::operand, this::body);
        bindings.add(new Binding(variable(binding.var(), block.dataflow()), value));
      }
      blocks.add(new BindingBlock(block.dataflow(), bindings));
    }
    return new Body(blocks, GraphChildren.mapList(body.results(), this::operand));
  }

  private GraphVar variable(GraphVar old, boolean inDataflow) {
    boolean dataflow = inDataflow && !escaping.contains(old);
    String name = names.getOrDefault(old, old.name());
    if (dataflow == old.isDataflow() && name.equals(old.name())) {
      return old;
    }
    GraphVar fresh = dataflow ? GraphVar.dataflow(name, old.type()) : GraphVar.of(name, old.type());
    renamed.put(old, fresh);
    return fresh;
  }

  private GraphExpr operand(GraphExpr atom) {
    return atom instanceof GraphVar variable ? renamed.getOrDefault(variable, variable) : atom;
  }
}
