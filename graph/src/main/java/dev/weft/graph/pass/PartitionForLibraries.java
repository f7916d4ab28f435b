package dev.weft.graph.pass;

import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.partition.CompositePattern;
import dev.weft.graph.partition.Library;
import dev.weft.graph.pattern.Match;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes what external libraries can do out of the model into composite functions ({@link
 * GraphFunction#COMPOSITE}), each of which becomes one call: {@code matmul(x, w) + b} becomes
 * {@code openblas_matmul_bias(x, w, b)}. Looks at values from the last to the first, so that the
 * largest part that matches is taken; a value that is also used elsewhere stays outside.
 */
public final class PartitionForLibraries implements GraphPass {
  private final List<Library> libraries;

  /**
   * @param libraries the first one that can do something does it
   */
  public PartitionForLibraries(List<? extends Library> libraries) {
    this.libraries = List.copyOf(libraries);
  }

  @Override
  public String name() {
    return "partition_for_libraries";
  }

  @Override
  public int level() {
    return 0;
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify", "fold_constants", "merge_common_subexpressions");
  }

  @Override
  public boolean wanted(PassSettings settings) {
    return !libraries.isEmpty();
  }

  @Override
  public Graph apply(Graph graph) {
    Map<String, GraphFunction> composites = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>(graph.functions().keySet());
    taken.addAll(graph.primFuncs().functions().keySet());
    Graph partitioned =
        Functions.map(
            graph,
            function -> {
              Partition partition = new Partition(function, composites, taken);
              return function.withBody(partition.body(function.body()));
            });
    for (Map.Entry<String, GraphFunction> composite : composites.entrySet()) {
      partitioned = partitioned.with(composite.getKey(), composite.getValue());
    }
    return partitioned;
  }

  /** A part that a library takes over. */
  private record Part(Library library, CompositePattern pattern, List<Binding> bindings) {}

  private final class Partition {
    private final Map<String, GraphFunction> composites;
    private final Set<String> taken;
    private final IdentityHashMap<GraphVar, Integer> uses = new IdentityHashMap<>();
    private final IdentityHashMap<GraphVar, GraphExpr> definitions = new IdentityHashMap<>();
    private final IdentityHashMap<GraphVar, Integer> order = new IdentityHashMap<>();

    Partition(GraphFunction function, Map<String, GraphFunction> composites, Set<String> taken) {
      this.composites = composites;
      this.taken = taken;
      GraphChildren.forEachOperand(
          function.body(),
          operand -> {
            if (operand instanceof GraphVar variable) {
              uses.merge(variable, 1, Integer::sum);
            }
          });
    }

    Body body(Body body) {
      List<BindingBlock> blocks = new ArrayList<>();
      for (BindingBlock block : body.blocks()) {
        List<Binding> inner = new ArrayList<>();
        for (Binding binding : block.bindings()) {
          GraphExpr value = GraphChildren.map(binding.value(), operand -> operand, this::body);
          inner.add(new Binding(binding.var(), value));
          definitions.put(binding.var(), value);
          order.put(binding.var(), order.size());
        }
        blocks.add(block.dataflow() ? block(inner) : new BindingBlock(false, inner));
      }
      return new Body(blocks, body.results());
    }

    private BindingBlock block(List<Binding> bindings) {
      IdentityHashMap<GraphVar, Binding> here = new IdentityHashMap<>();
      bindings.forEach(binding -> here.put(binding.var(), binding));
      IdentityHashMap<GraphVar, Part> parts = new IdentityHashMap<>();
      Set<GraphVar> inside = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Binding binding : bindings.reversed()) {
        Part part = inside.contains(binding.var()) ? null : part(binding, here);
        if (part != null) {
          parts.put(binding.var(), part);
          part.bindings.forEach(member -> inside.add(member.var()));
        }
      }
      List<Binding> kept = new ArrayList<>();
      for (Binding binding : bindings) {
        Part part = parts.get(binding.var());
        if (part != null) {
          kept.add(new Binding(binding.var(), call(part)));
        } else if (!inside.contains(binding.var())) {
          kept.add(binding);
        }
      }
      return BindingBlock.dataflow(kept);
    }

    private @Nullable Part part(Binding root, IdentityHashMap<GraphVar, Binding> here) {
      for (Library library : libraries) {
        for (CompositePattern pattern : library.patterns()) {
          Match match =
              Match.of(
                  pattern.pattern(),
                  root.value(),
                  atom -> atom instanceof GraphVar variable ? definitions.get(variable) : atom,
                  variable -> uses.getOrDefault(variable, 1));
          if (match == null || !pattern.check().test(match)) {
            continue;
          }
          List<Binding> members = members(root, match, here);
          if (members != null) {
            return new Part(library, pattern, members);
          }
        }
      }
      return null;
    }

    /** The bindings of a match in their order; null if one is used or bound elsewhere. */
    private @Nullable List<Binding> members(
        Binding root, Match match, IdentityHashMap<GraphVar, Binding> here) {
      List<Binding> members = new ArrayList<>();
      for (GraphVar variable : match.calls()) {
        Binding binding = here.get(variable);
        if (binding == null || uses.getOrDefault(variable, 0) != 1) {
          return null;
        }
        members.add(binding);
      }
      members.sort(Comparator.comparingInt(member -> order.getOrDefault(member.var(), 0)));
      members.add(root);
      return members;
    }

    private GraphExpr call(Part part) {
      Composite composite = new Composite();
      part.bindings.forEach(composite::add);
      GraphVar result = composite.bindings.getLast().var();
      String pattern = part.library.name() + "." + part.pattern.name();
      GraphFunction function =
          new GraphFunction(
              composite.params,
              Body.of(composite.bindings, List.of(result)),
              List.of(result.name()),
              Map.of(GraphFunction.COMPOSITE, new Expr.StringImm(pattern)));
      String name = part.library.name() + "_" + part.pattern.name();
      String unique = name;
      for (int i = 1; !taken.add(unique); i++) {
        unique = name + "_" + i;
      }
      composites.put(unique, function);
      return new GraphExpr.CallFunction(unique, composite.args, result.type());
    }
  }

  /**
   * A function under construction: what comes from outside becomes a parameter, in order of use.
   */
  private static final class Composite {
    private final IdentityHashMap<Object, GraphExpr> known = new IdentityHashMap<>();
    final List<GraphVar> params = new ArrayList<>();
    final List<GraphExpr> args = new ArrayList<>();
    final List<Binding> bindings = new ArrayList<>();

    void add(Binding binding) {
      GraphExpr value = GraphChildren.map(binding.value(), this::inside, inner -> inner);
      GraphVar variable = GraphVar.of(binding.var().name(), value.type());
      known.put(binding.var(), variable);
      bindings.add(new Binding(variable, value));
    }

    private GraphExpr inside(GraphExpr atom) {
      Object key = atom instanceof GraphExpr.Constant constant ? constant.value() : atom;
      return known.computeIfAbsent(
          key,
          outside -> {
            GraphVar param = GraphVar.of("p" + params.size(), atom.type());
            params.add(param);
            args.add(atom);
            return param;
          });
    }
  }
}
