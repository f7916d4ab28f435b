package dev.weft.kernels.jmh;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.compiler.Backend;
import dev.weft.graph.Graph;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.graph.workload.Convolution;
import dev.weft.graph.workload.MatrixProduct;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.PassTrace;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long Weft takes for the kernels of an operator, stage by stage, without the driver. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelCompileBenchmark {
  /** The operator. */
  @Param({"matmul", "conv2d", "softmax", "layernorm"})
  public String operator = "";

  /** The target. */
  @Param({"opencl:cpu", "opencl", "jvm"})
  public String target = "";

  private Target compiledFor = Target.opencl();
  private final List<PrimFunc> functions = new ArrayList<>();
  private final List<PrimFunc> scheduled = new ArrayList<>();

  /** Makes the functions, which is not measured. */
  @Setup(Level.Trial)
  public void functions() {
    compiledFor = Target.parse(target);
    Workload.Source zeros = Tensor::allocate;
    DType f32 = DType.FLOAT32;
    Workload workload =
        switch (operator) {
          case "matmul" -> new MatrixProduct(1, 512, 512, 512, false, false).workload(f32, zeros);
          case "conv2d" ->
              new Convolution(1, 64, 56, 56, 64, 3, 3, 1, 1, 1, 1).workload(f32, zeros);
          case "softmax" -> new Rows(512, 512).softmax(f32, zeros);
          case "layernorm" -> new Rows(512, 512).layerNorm(f32, zeros);
          default -> throw new IllegalArgumentException("no operator " + operator);
        };
    Graph lowered = GraphPasses.run(workload.graph(), ConstantEvaluator.interpreter());
    functions.addAll(lowered.primFuncs().functions().values());
    functions.forEach(f -> scheduled.add(DefaultSchedules.apply(f, compiledFor)));
  }

  /** Default schedules alone. */
  @Benchmark
  public List<PrimFunc> schedule() {
    return functions.stream().map(f -> DefaultSchedules.apply(f, compiledFor)).toList();
  }

  /** All passes of the lowering alone. */
  @Benchmark
  public List<KernelPlan> lower() {
    return scheduled.stream().map(f -> Lowering.lower(f, compiledFor)).toList();
  }

  /** From the functions to the source or bytecode. */
  @Benchmark
  public GeneratedProgram compile() {
    Backend backend = Backend.of(compiledFor);
    List<KernelPlan> plans = new ArrayList<>();
    for (PrimFunc function : functions) {
      String name = function.globalSymbol("kernel" + plans.size());
      plans.add(backend.plan(name, function, compiledFor, PassTrace.NONE));
    }
    return backend.generate(plans, compiledFor);
  }

  /** Printing and reading TVMScript. */
  @Benchmark
  public List<PrimFunc> printAndParse() {
    return scheduled.stream().map(f -> TvmScript.parseFunction(TvmScript.print(f))).toList();
  }
}
