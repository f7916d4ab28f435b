package dev.weft.graph.pass;

import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.PatternKind;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes operators that become one kernel out of the model into functions of their own, with the
 * attribute {@link GraphFunction#PRIMITIVE}: {@code relu(conv2d(x, w))} becomes {@code
 * fused_conv2d_relu(x, w)}.
 */
public final class FuseOperators implements GraphPass {
  private static final String MOST = "max_operators";

  /** Longer chains compile slowly and gain nothing more. */
  static final int MOST_OPERATORS = 256;

  private final int mostOperators;

  /** Groups of at most {@value #MOST_OPERATORS} operators. */
  public FuseOperators() {
    this(MOST_OPERATORS);
  }

  private FuseOperators(int mostOperators) {
    this.mostOperators = mostOperators;
  }

  @Override
  public String name() {
    return "fuse_operators";
  }

  @Override
  public int level() {
    return 2;
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify", "fold_constants", "remove_dead_code");
  }

  @Override
  public List<PassSetting> settings() {
    return List.of(PassSetting.count(MOST, "the most operators in one kernel", MOST_OPERATORS));
  }

  @Override
  public GraphPass with(PassSettings settings) {
    return new FuseOperators(Math.toIntExact(Math.min(settings.count(MOST), MOST_OPERATORS)));
  }

  @Override
  public Graph apply(Graph graph) {
    Map<String, GraphFunction> groups = new LinkedHashMap<>();
    Names names = new Names(graph);
    Graph fused =
        Functions.map(graph, function -> function.withBody(body(function.body(), groups, names)));
    for (Map.Entry<String, GraphFunction> group : groups.entrySet()) {
      fused = fused.with(group.getKey(), group.getValue());
    }
    return fused;
  }

  private Body body(Body body, Map<String, GraphFunction> groups, Names names) {
    List<BindingBlock> blocks = new ArrayList<>();
    for (BindingBlock block : body.blocks()) {
      BindingBlock inner =
          new BindingBlock(
              block.dataflow(),
              block.bindings().stream()
                  .map(binding -> new Binding(binding.var(), bodies(binding, groups, names)))
                  .toList());
      blocks.add(
          block.dataflow() ? new Fusion(inner, groups, names, mostOperators).block() : inner);
    }
    return new Body(blocks, body.results());
  }

  private GraphExpr bodies(Binding binding, Map<String, GraphFunction> groups, Names names) {
    return GraphChildren.map(
        binding.value(), operand -> operand, inner -> body(inner, groups, names));
  }

  /** The fusion of one dataflow block. */
  private static final class Fusion {
    private final BindingBlock block;
    private final Map<String, GraphFunction> functions;
    private final Names names;
    private final Map<Integer, List<FusionGraph.Node>> groups = new LinkedHashMap<>();
    private final FusionGroups fusion;
    private final FusionGraph graph;

    Fusion(
        BindingBlock block, Map<String, GraphFunction> functions, Names names, int mostOperators) {
      this.block = block;
      this.functions = functions;
      this.names = names;
      Set<GraphVar> escaping = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Binding binding : block.bindings()) {
        if (!binding.var().isDataflow()) {
          escaping.add(binding.var());
        }
      }
      this.graph = new FusionGraph(block, escaping);
      this.fusion = new FusionGroups(graph, mostOperators);
      for (FusionGraph.Node node : graph.nodes()) {
        groups.computeIfAbsent(fusion.group(node), group -> new ArrayList<>()).add(node);
      }
    }

    BindingBlock block() {
      List<Binding> bindings = new ArrayList<>();
      for (FusionGraph.Node node : graph.nodes()) {
        List<FusionGraph.Node> group = groups.getOrDefault(fusion.group(node), List.of());
        boolean operators =
            group.stream().allMatch(member -> member.binding.value() instanceof GraphExpr.Call);
        if (group.size() == 1 || !operators) {
          bindings.add(node.binding);
        } else if (node == group.getLast()) {
          // By then all operands are known: whatever depends on a member is a member.
          bindings.add(new Binding(node.binding.var(), call(group)));
        }
      }
      return new BindingBlock(block.dataflow(), bindings);
    }

    private GraphExpr call(List<FusionGraph.Node> group) {
      Set<GraphVar> inside = Collections.newSetFromMap(new IdentityHashMap<>());
      group.forEach(member -> inside.add(member.binding.var()));
      Operands operands = new Operands(inside);
      List<Binding> bindings = new ArrayList<>();
      for (FusionGraph.Node member : group) {
        GraphExpr value =
            GraphChildren.map(member.binding.value(), operands::inside, inner -> inner);
        GraphVar variable = GraphVar.of(member.binding.var().name(), member.binding.var().type());
        operands.define(member.binding.var(), variable);
        bindings.add(new Binding(variable, value));
      }
      GraphVar result = bindings.getLast().var();
      GraphFunction function =
          new GraphFunction(
              operands.params,
              Body.of(bindings, List.of(result)),
              List.of(result.name()),
              Map.of(GraphFunction.PRIMITIVE, Expr.int32(1)));
      String name = names.unique(Names.of(group));
      functions.put(name, function);
      return new GraphExpr.CallFunction(name, operands.args, result.type());
    }
  }

  /** What a group takes from outside: one parameter for each variable and larger constant. */
  private static final class Operands {
    private final Set<GraphVar> members;
    private final IdentityHashMap<Object, GraphExpr> known = new IdentityHashMap<>();
    private final List<GraphVar> params = new ArrayList<>();
    private final List<GraphExpr> args = new ArrayList<>();

    Operands(Set<GraphVar> members) {
      this.members = members;
    }

    void define(GraphVar outside, GraphVar inside) {
      known.put(outside, inside);
    }

    GraphExpr inside(GraphExpr atom) {
      if (atom instanceof GraphExpr.Constant constant && constant.value().elements() == 1) {
        return atom;
      }
      Object key = atom instanceof GraphExpr.Constant constant ? constant.value() : atom;
      GraphExpr inner = known.get(key);
      if (inner != null) {
        return inner;
      }
      if (atom instanceof GraphVar variable && members.contains(variable)) {
        throw new IllegalStateException("'" + variable.name() + "' is used before it is bound");
      }
      String name =
          switch (atom) {
            case GraphVar variable -> variable.name();
            case GraphExpr.Constant constant -> constant.name();
            default -> "";
          };
      GraphVar param = GraphVar.of(name.isEmpty() ? "p" + params.size() : name, atom.type());
      params.add(param);
      args.add(atom);
      known.put(key, param);
      return param;
    }
  }

  /** Deterministic names of groups: {@code fused_} and the operators in order. */
  private static final class Names {
    /** Longer names are cut: compilers limit them, and people don't read them. */
    private static final int LONGEST = 80;

    private final Set<String> taken;

    Names(Graph graph) {
      taken = new HashSet<>(graph.functions().keySet());
      taken.addAll(graph.primFuncs().functions().keySet());
    }

    static String of(List<FusionGraph.Node> group) {
      StringBuilder name = new StringBuilder("fused");
      for (FusionGraph.Node member : group) {
        if (member.binding.value() instanceof GraphExpr.Call(Operator op, var args, var type)
            && op.kind() != PatternKind.TUPLE) {
          name.append('_').append(op.name());
        }
      }
      return name.length() <= LONGEST ? name.toString() : name.substring(0, LONGEST) + "_etc";
    }

    String unique(String wish) {
      String name = wish;
      for (int i = 1; !taken.add(name); i++) {
        name = wish + "_" + i;
      }
      return name;
    }
  }
}
