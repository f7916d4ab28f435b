package dev.weft.cli.bench;

import dev.weft.base.Tensor;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.graph.Graph;
import dev.weft.graph.workload.Workload;
import dev.weft.runtime.Device;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.ExternalLibraries;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.exec.ResidentRun;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.Map;
import java.util.Objects;

/** A workload compiled by Weft, its operands in device memory. */
public final class GraphContestant implements Contestant {
  private final String name;
  private final PlanExecutor executor;
  private final ResidentRun run;
  private Map<String, Tensor> results = Map.of();

  private GraphContestant(String name, PlanExecutor executor, ResidentRun run) {
    this.name = name;
    this.executor = executor;
    this.run = run;
  }

  /** A workload as Weft compiles it for the device. */
  public static GraphContestant weft(Workload workload, Device device, CompileOptions options) {
    Compilation compilation =
        ModelCompiler.compile(workload.graph(), DeviceTargets.of(device.info()), options);
    return of("weft", compilation, workload, device);
  }

  /** A workload without fusion, each kernel scheduled as {@link NaiveSchedule} does. */
  public static GraphContestant naive(Workload workload, Device device) {
    Target target = DeviceTargets.of(device.info());
    Compilation plain =
        ModelCompiler.compile(workload.graph(), target, CompileOptions.DEFAULT.withOptLevel(0));
    Graph graph = plain.graph();
    for (Map.Entry<String, PrimFunc> entry : plain.graph().primFuncs().functions().entrySet()) {
      graph = graph.withPrimFunc(entry.getKey(), NaiveSchedule.apply(entry.getValue()));
    }
    Compilation naive = ModelCompiler.compileLowered(graph, target, CompileTrace.NONE);
    return of("naive", naive, workload, device);
  }

  private static GraphContestant of(
      String name, Compilation compilation, Workload workload, Device device) {
    ExternalFunctions functions =
        ExternalLibraries.installed().resolve(compilation.plan(), ExternalFunctions.NONE);
    PlanExecutor executor = PlanExecutor.open(device, compilation.artifact(), functions);
    return new GraphContestant(name, executor, executor.resident(workload.inputs()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      run.run();
    }
  }

  @Override
  public Tensor result() {
    closeResults();
    results = run.runAndRead();
    return Objects.requireNonNull(results.get(Workload.RESULT), "a workload's result");
  }

  private void closeResults() {
    results.values().forEach(Tensor::close);
    results = Map.of();
  }

  @Override
  public void close() {
    closeResults();
    run.close();
    executor.close();
  }
}
