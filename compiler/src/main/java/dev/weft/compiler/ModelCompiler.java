package dev.weft.compiler;

import dev.weft.compiler.plan.PlanBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.plan.Signature;
import dev.weft.runtime.plan.TensorSpec;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiles a model: graph passes, a schedule and kernels for each function, a launch plan. */
public final class ModelCompiler {
  private ModelCompiler() {}

  /** What a model takes and gives. */
  public static Signature signature(Graph graph) {
    GraphFunction main = graph.main();
    List<TensorSpec> inputs = new ArrayList<>();
    for (GraphVar param : main.params()) {
      inputs.add(spec(param.name(), param.tensorType()));
    }
    List<TensorSpec> outputs = new ArrayList<>();
    for (int i = 0; i < main.resultNames().size(); i++) {
      if (main.body().results().get(i).type() instanceof TensorType type) {
        outputs.add(spec(main.resultNames().get(i), type));
      }
    }
    return new Signature(inputs, outputs);
  }

  private static TensorSpec spec(String name, TensorType type) {
    return new TensorSpec(name, type.dtype(), type.shape());
  }

  /**
   * Compiles a model for a target; needs no device.
   *
   * @throws dev.weft.base.WeftException if some part of it can't be compiled; says which
   */
  public static Compilation compile(Graph graph, Target target, CompileOptions options) {
    return compileLowered(GraphStage.run(graph, target, options), target, options.trace());
  }

  /**
   * Compiles a graph that has been through the graph passes ({@link Compilation#graph}), perhaps
   * with functions that somebody else scheduled: those keep their schedules.
   *
   * @throws dev.weft.base.WeftException if some part of it can't be compiled; says which
   */
  public static Compilation compileLowered(Graph lowered, Target target, CompileTrace trace) {
    return link(List.of(plan(lowered, target, trace)), target, trace).getFirst();
  }

  /**
   * A model's kernels, still without a program; {@link #link} makes one.
   *
   * @throws dev.weft.base.WeftException if some part of it can't be compiled; says which
   */
  public static PlannedModel plan(Graph graph, Target target, CompileOptions options) {
    return plan(GraphStage.run(graph, target, options), target, options.trace());
  }

  private static PlannedModel plan(Graph lowered, Target target, CompileTrace trace) {
    Backend backend = Backend.of(target);
    Map<String, KernelPlan> plans = new LinkedHashMap<>();
    for (Map.Entry<String, PrimFunc> entry : lowered.primFuncs().functions().entrySet()) {
      String name = entry.getKey();
      trace.function(name, 0, "graph", entry.getValue());
      plans.put(
          name,
          backend.plan(
              name,
              entry.getValue(),
              target,
              (number, pass, after, time) -> trace.function(name, number + 1, pass, after)));
    }
    return new PlannedModel(lowered, plans);
  }

  /**
   * Writes one program for several models, which is what compiling many small ones wants: drivers
   * take about as long for a program with one kernel as for one with twenty.
   *
   * @param target what all of them were planned for
   * @return a compilation for each model, in order, with one and the same program
   */
  public static List<Compilation> link(
      List<PlannedModel> models, Target target, CompileTrace trace) {
    List<KernelPlan> all = models.stream().flatMap(model -> model.kernels().stream()).toList();
    GeneratedProgram program = Backend.of(target).generate(all, target);
    trace.program(program.image());
    List<Compilation> compilations = new ArrayList<>();
    for (PlannedModel model : models) {
      PlanBuilder.Result result = PlanBuilder.build(model.graph().main(), model.plans(), program);
      trace.plan(result.plan());
      compilations.add(
          new Compilation(
              target,
              model.graph(),
              model.kernels(),
              program.image(),
              result.plan(),
              result.weights()));
    }
    return compilations;
  }
}
