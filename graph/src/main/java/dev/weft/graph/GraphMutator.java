package dev.weft.graph;

import dev.weft.graph.op.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites functions binding after binding. A subclass says in {@link #rewrite} what a value
 * becomes; it may emit bindings in front of it, and look up what a variable is bound to. A binding
 * whose value becomes an atom disappears: the atom takes the variable's place.
 */
public abstract class GraphMutator {
  private final IdentityHashMap<GraphVar, GraphExpr> replacements = new IdentityHashMap<>();
  private final IdentityHashMap<GraphVar, GraphExpr> definitions = new IdentityHashMap<>();
  private final IdentityHashMap<GraphVar, String> names = new IdentityHashMap<>();
  private List<Binding> bindings = new ArrayList<>();
  private int depth = -1;

  /**
   * What a value becomes: itself, another expression over atoms, or an atom.
   *
   * @param variable what the value is bound to
   * @param value the value, whose operands have been replaced already
   */
  protected abstract GraphExpr rewrite(GraphVar variable, GraphExpr value);

  /** The function with each binding rewritten. */
  public GraphFunction mutate(GraphFunction function) {
    function.params().forEach(param -> replacements.put(param, param));
    return function.withBody(Scoping.repair(body(function.body()), names));
  }

  /** Binds a call of an operator in front of the value that is being rewritten. */
  protected GraphExpr emit(String name, Operator op, GraphExpr... args) {
    return emit(name, GraphExpr.Call.of(op, Arrays.asList(args)));
  }

  /** Binds an expression in front of the value that is being rewritten. */
  protected GraphExpr emit(String name, GraphExpr value) {
    if (value.isAtom()) {
      return value;
    }
    GraphVar variable = GraphVar.of(name, value.type());
    bind(variable, value);
    return variable;
  }

  /**
   * What an atom is: the value that a variable is bound to, a constant itself; or nothing known.
   */
  protected @Nullable GraphExpr definition(GraphExpr atom) {
    return atom instanceof GraphVar variable ? definitions.get(variable) : atom;
  }

  /** How many bodies of branches and loops are around the value that is being rewritten. */
  protected int depth() {
    return depth;
  }

  private Body body(Body body) {
    List<BindingBlock> blocks = new ArrayList<>();
    List<Binding> outer = bindings;
    depth++;
    for (BindingBlock block : body.blocks()) {
      bindings = new ArrayList<>();
      block.bindings().forEach(this::binding);
      if (!bindings.isEmpty()) {
        blocks.add(new BindingBlock(block.dataflow(), bindings));
      }
    }
    bindings = outer;
    depth--;
    return new Body(blocks, GraphChildren.mapList(body.results(), this::operand));
  }

  private void binding(Binding binding) {
    GraphExpr operands = GraphChildren.map(binding.value(), this::operand, this::body);
    GraphExpr value = rewrite(binding.var(), operands);
    if (value.isAtom()) {
      replacements.put(binding.var(), operand(value));
      if (value instanceof GraphVar other && !binding.var().isDataflow()) {
        names.putIfAbsent(other, binding.var().name());
      }
    } else {
      bind(binding.var(), value);
    }
  }

  private void bind(GraphVar variable, GraphExpr value) {
    GraphVar bound = variable;
    if (!GraphTypes.equal(variable.type(), value.type())) {
      bound = GraphVar.of(variable.name(), value.type());
      replacements.put(variable, bound);
    }
    bindings.add(new Binding(bound, value));
    definitions.put(bound, value);
  }

  private GraphExpr operand(GraphExpr atom) {
    return atom instanceof GraphVar variable ? replacements.getOrDefault(variable, variable) : atom;
  }
}
