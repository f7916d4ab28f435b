package dev.weft.compiler;

import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPass;
import dev.weft.lowering.rules.ConstantPacking;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralHash;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lays weights out as the kernels of a CPU want them, at compile time: each function whose operand
 * is a constant in all its calls takes the panel that was made of it instead ({@link
 * ConstantPacking}). A constant that nothing else reads leaves the plan.
 */
final class PackConstants implements GraphPass {
  static final String NAME = "pack_constants";

  private final Target target;
  private final ConstantEvaluator evaluator;

  PackConstants(Target target, ConstantEvaluator evaluator) {
    this.target = target;
    this.evaluator = evaluator;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int level() {
    return 3;
  }

  @Override
  public Set<String> after() {
    return Set.of("lower_to_tir");
  }

  @Override
  public Graph apply(Graph graph) {
    if (!schedules(target)) {
      return graph;
    }
    Map<String, ConstantPacking> packings = new HashMap<>();
    Map<String, PrimFunc> functions = new LinkedHashMap<>(graph.primFuncs().functions());
    constants(graph)
        .forEach(
            (name, constants) -> {
              PrimFunc function = functions.get(name);
              ConstantPacking packing =
                  function == null
                      ? null
                      : ConstantPacking.of(
                          function, constants.operands, constants.positions, target);
              if (packing != null) {
                packings.put(name, packing);
                functions.put(name, packing.function());
              }
            });
    if (packings.isEmpty()) {
      return graph;
    }
    Mutator mutator = new Mutator(packings);
    Map<String, GraphFunction> callers = new LinkedHashMap<>();
    graph.functions().forEach((name, function) -> callers.put(name, mutator.mutate(function)));
    return new Graph(callers, new IRModule(functions, graph.primFuncs().attrs()));
  }

  /** Whether functions are scheduled for a CPU; the interpreter takes them as they are. */
  private static boolean schedules(Target target) {
    return target.isCpu()
        && switch (target.kind()) {
          case OPENCL, JVM, VULKAN, C, CUDA -> true;
          case INTERPRETER, SIMT -> false;
        };
  }

  /** Which operands of a function are constants wherever it is called. */
  private record Constants(int operands, Set<Integer> positions) {}

  private static Map<String, Constants> constants(Graph graph) {
    Map<String, Constants> found = new LinkedHashMap<>();
    GraphMutator collector =
        new GraphMutator() {
          @Override
          protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
            if (value instanceof GraphExpr.CallTir call) {
              Set<Integer> positions = new TreeSet<>();
              for (int i = 0; i < call.args().size(); i++) {
                if (call.args().get(i) instanceof GraphExpr.Constant) {
                  positions.add(i);
                }
              }
              Constants known = found.get(call.function());
              if (known == null) {
                found.put(call.function(), new Constants(call.args().size(), positions));
              } else {
                known.positions.retainAll(positions);
              }
            }
            return value;
          }
        };
    graph.functions().values().forEach(collector::mutate);
    return found;
  }

  /** Gives calls the panels as operands. */
  private final class Mutator extends GraphMutator {
    private final Map<String, ConstantPacking> packings;

    /** Panels by constant and by what made them. */
    private final IdentityHashMap<Tensor, Map<String, GraphExpr.Constant>> panels =
        new IdentityHashMap<>();

    Mutator(Map<String, ConstantPacking> packings) {
      this.packings = packings;
    }

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value instanceof GraphExpr.CallTir call)) {
        return value;
      }
      ConstantPacking packing = packings.get(call.function());
      if (packing == null) {
        return value;
      }
      List<GraphExpr> args = new ArrayList<>();
      packing.kept().forEach(i -> args.add(call.args().get(i)));
      for (ConstantPacking.Packing panel : packing.packings()) {
        args.add(panel(panel, call.args()));
      }
      return new GraphExpr.CallTir(call.function(), args, call.outputs(), call.sizes());
    }

    private GraphExpr.Constant panel(ConstantPacking.Packing packing, List<GraphExpr> args) {
      List<Tensor> sources = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int i : packing.operands()) {
        if (args.get(i) instanceof GraphExpr.Constant(String name, Tensor tensor)) {
          sources.add(tensor);
          names.add(name);
        }
      }
      // Another target's panel of the same weights in the same artifact has another name.
      String suffix = Long.toHexString(StructuralHash.of(packing.function()));
      String name = String.join("_", names) + "_panel_" + suffix;
      return panels
          .computeIfAbsent(sources.getFirst(), key -> new HashMap<>())
          .computeIfAbsent(name, key -> new GraphExpr.Constant(key, packed(packing, sources)));
    }

    private Tensor packed(ConstantPacking.Packing packing, List<Tensor> sources) {
      Buffer panel = packing.panel();
      long[] dims =
          panel.shape().stream()
              .mapToLong(dim -> dim instanceof Expr.IntImm imm ? imm.value() : -1)
              .toArray();
      TensorType type = TensorType.of(panel.dtype(), dims);
      return evaluator.evaluate(packing.function(), sources, List.of(type)).getFirst();
    }
  }
}
