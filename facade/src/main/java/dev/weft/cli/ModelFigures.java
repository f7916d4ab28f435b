package dev.weft.cli;

import dev.weft.ImportedModel;
import dev.weft.base.Tensor;
import dev.weft.compiler.CompileOptions;
import dev.weft.graph.Binding;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.TensorSpec;
import dev.weft.tir.target.Target;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a model consists of and costs.
 *
 * @param operators how many calls of each operator there are
 * @param parameters elements of all constants
 * @param parameterBytes their size
 * @param flops floating-point operations of a run, see {@link FlopCount}; loops count once
 * @param peakBytes memory that a run takes on a device: parameters, inputs, intermediates, outputs
 */
record ModelFigures(
    Map<String, Integer> operators,
    long parameters,
    long parameterBytes,
    double flops,
    long peakBytes) {
  private static final Target PLAIN = Target.parse("interpreter");

  /** The figures of a model, with every symbolic size as 1. */
  static ModelFigures of(ImportedModel model) {
    Map<String, Integer> operators = new TreeMap<>();
    Set<Tensor> constants = Collections.newSetFromMap(new IdentityHashMap<>());
    Graph graph = model.graph();
    graph.functions().values().forEach(f -> count(f.body(), operators, constants));
    return new ModelFigures(
        operators,
        constants.stream().mapToLong(Tensor::elements).sum(),
        constants.stream().mapToLong(Tensor::bytes).sum(),
        flops(model),
        peak(model));
  }

  private static void count(Body body, Map<String, Integer> operators, Set<Tensor> constants) {
    for (Binding binding : body.bindings()) {
      GraphExpr value = binding.value();
      String name =
          switch (value) {
            case GraphExpr.Call call -> call.op().name();
            case GraphExpr.CallPacked packed -> packed.name();
            case GraphExpr.If _ -> "if";
            case GraphExpr.Loop _ -> "loop";
            case GraphExpr.CallTir tir -> tir.function();
            case GraphExpr _ -> "";
          };
      if (!name.isEmpty()) {
        operators.merge(name, 1, Integer::sum);
      }
      for (GraphExpr operand : operands(value)) {
        if (operand instanceof GraphExpr.Constant constant) {
          constants.add(constant.value());
        }
      }
      if (value instanceof GraphExpr.If choice) {
        count(choice.then(), operators, constants);
        count(choice.otherwise(), operators, constants);
      } else if (value instanceof GraphExpr.Loop loop) {
        count(loop.body(), operators, constants);
      }
    }
  }

  private static List<GraphExpr> operands(GraphExpr value) {
    return switch (value) {
      case GraphExpr.Call call -> call.args();
      case GraphExpr.CallTir call -> call.args();
      case GraphExpr.CallFunction call -> call.args();
      case GraphExpr.CallPacked call -> call.args();
      case GraphExpr.Tuple tuple -> tuple.fields();
      case GraphExpr.Loop loop -> loop.initial();
      case GraphExpr _ -> List.of(value);
    };
  }

  /** Floating-point operations of a run, with every symbolic size as 1; loops count once. */
  static double flops(ImportedModel model) {
    Graph plain = model.compileFor(PLAIN, CompileOptions.DEFAULT.withOptLevel(0)).graph();
    return flops(plain.main().body(), plain);
  }

  private static double flops(Body body, Graph graph) {
    double sum = 0;
    for (Binding binding : body.bindings()) {
      sum +=
          switch (binding.value()) {
            case GraphExpr.CallTir call -> FlopCount.of(graph.primFuncs().get(call.function()));
            case GraphExpr.CallFunction call ->
                flops(graph.function(call.function()).body(), graph);
            case GraphExpr.If choice ->
                Math.max(flops(choice.then(), graph), flops(choice.otherwise(), graph));
            case GraphExpr.Loop loop -> flops(loop.body(), graph);
            case GraphExpr _ -> 0;
          };
    }
    return sum;
  }

  private static long peak(ImportedModel model) {
    LaunchPlan plan = model.compileFor(PLAIN, CompileOptions.DEFAULT).plan();
    Map<String, Long> ones = new HashMap<>();
    for (TensorSpec input : plan.inputs()) {
      input.shape().dims().forEach(dim -> dim.symbols().forEach(symbol -> ones.put(symbol, 1L)));
    }
    long bytes = 0;
    for (TensorSpec tensor : plan.inputs()) {
      bytes += tensor.bytes().evaluate(ones);
    }
    for (TensorSpec tensor : plan.constants()) {
      bytes += tensor.bytes().evaluate(ones);
    }
    bytes += plan.pools().stream().mapToLong(pool -> pool.bytes().evaluate(ones)).sum();
    return bytes;
  }
}
