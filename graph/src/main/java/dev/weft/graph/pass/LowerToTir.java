package dev.weft.graph.pass;

import dev.weft.graph.Binding;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Reshape;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns groups, and operators that are in none, into TensorIR functions; equal ones are shared.
 * Reshapes on their own are left: they move no data and need no kernel.
 */
public final class LowerToTir implements GraphPass {
  @Override
  public String name() {
    return "lower_to_tir";
  }

  @Override
  public boolean required() {
    return true;
  }

  @Override
  public Graph apply(Graph graph) {
    Kernels kernels = new Kernels(graph);
    Graph lowered = Functions.map(graph, function -> new Mutator(graph, kernels).mutate(function));
    Map<String, GraphFunction> functions = new LinkedHashMap<>(lowered.functions());
    functions.values().removeIf(GraphFunction::isPrimitive);
    return new Graph(functions, kernels.module());
  }

  private static final class Mutator extends GraphMutator {
    private final Graph graph;
    private final Kernels kernels;

    Mutator(Graph graph, Kernels kernels) {
      this.graph = graph;
      this.kernels = kernels;
    }

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (value instanceof GraphExpr.Call call) {
        return call.op() instanceof Reshape ? value : single(call);
      }
      if (value instanceof GraphExpr.CallFunction(var name, var args, var type)) {
        GraphFunction callee = graph.function(name);
        if (callee.isPrimitive()) {
          return kernels.call(callee, name, args);
        }
      }
      return value;
    }

    /** One operator as a group of its own. */
    private GraphExpr single(GraphExpr.Call call) {
      List<GraphVar> params = new ArrayList<>();
      List<GraphExpr> args = new ArrayList<>();
      List<GraphExpr> inside = new ArrayList<>();
      IdentityHashMap<GraphExpr, GraphVar> known = new IdentityHashMap<>();
      for (GraphExpr arg : call.args()) {
        if (arg instanceof GraphExpr.Constant constant && constant.value().elements() == 1) {
          inside.add(arg);
          continue;
        }
        GraphVar param = known.get(arg);
        if (param == null) {
          param = GraphVar.of("p" + params.size(), arg.type());
          known.put(arg, param);
          params.add(param);
          args.add(arg);
        }
        inside.add(param);
      }
      GraphVar result = GraphVar.of(call.op().name(), call.type());
      Body body =
          Body.of(
              List.of(new Binding(result, new GraphExpr.Call(call.op(), inside, call.type()))),
              List.of(result));
      GraphFunction group = new GraphFunction(params, body, List.of(result.name()), Map.of());
      return kernels.call(group, call.op().name(), args);
    }
  }

  /** The TensorIR functions made so far. */
  private static final class Kernels {
    private final Map<String, PrimFunc> functions;
    private final Map<Long, List<String>> byHash = new HashMap<>();
    private final Set<String> taken;

    Kernels(Graph graph) {
      functions = new LinkedHashMap<>(graph.primFuncs().functions());
      taken = new HashSet<>(functions.keySet());
      graph
          .functions()
          .forEach(
              (name, function) -> {
                if (!function.isPrimitive()) {
                  taken.add(name);
                }
              });
    }

    IRModule module() {
      return new IRModule(functions, Map.of());
    }

    GraphExpr call(GraphFunction group, String wish, List<GraphExpr> args) {
      LoweredFunction lowered = LoweredFunction.of(group, wish);
      String name = share(lowered.function(), wish);
      return new GraphExpr.CallTir(
          name, args, LoweredFunction.outputs(group.body().type()), lowered.sizes());
    }

    private String share(PrimFunc function, String wish) {
      PrimFunc nameless = function.withoutAttr(PrimFunc.GLOBAL_SYMBOL);
      List<String> candidates =
          byHash.computeIfAbsent(StructuralHash.of(nameless), hash -> new ArrayList<>());
      for (String candidate : candidates) {
        PrimFunc known = functions.get(candidate);
        if (known != null
            && StructuralEqual.equal(known.withoutAttr(PrimFunc.GLOBAL_SYMBOL), nameless)) {
          return candidate;
        }
      }
      String name = wish;
      for (int i = 1; !taken.add(name); i++) {
        name = wish + "_" + i;
      }
      candidates.add(name);
      functions.put(name, function.withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(name)));
      return name;
    }
  }
}
