package dev.weft.lowering.simt;

import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.Lowering;
import dev.weft.runtime.host.HostArgument;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** Runs what a scheduled function is lowered to on the SIMT interpreter. */
public final class SimtChecks {
  private static final int TERMS = 2048;

  private SimtChecks() {}

  /**
   * What is wrong: findings, and results that differ from the reference interpreter's.
   *
   * @param function the function before scheduling, all of its sizes constant
   */
  public static List<String> problems(PrimFunc function, PrimFunc scheduled, Target target) {
    return problems(function, scheduled, target, x -> x);
  }

  /**
   * As {@link #problems(PrimFunc, PrimFunc, Target)}.
   *
   * @param inputs makes the elements of floating-point inputs from random ones between -1 and 1
   */
  public static List<String> problems(
      PrimFunc function, PrimFunc scheduled, Target target, DoubleUnaryOperator inputs) {
    List<Tensor> expected = tensors(function, inputs);
    List<Tensor> actual = expected.stream().map(Tensor::copy).toList();
    Interpreter.run(function, expected);
    List<String> problems = new ArrayList<>();
    for (SimtReport report : reports(scheduled, actual, target)) {
      report.findings().forEach(finding -> problems.add(finding.toString()));
    }
    for (int i = 0; i < expected.size(); i++) {
      double magnitude = TensorComparison.magnitude(expected.get(i));
      Tolerance tolerance = Tolerance.of(expected.get(i).dtype(), TERMS, magnitude);
      TensorComparison comparison = TensorComparison.of(actual.get(i), expected.get(i), tolerance);
      if (!comparison.agrees()) {
        problems.add("argument " + i + ": " + comparison.report());
      }
    }
    return problems;
  }

  /** The counts of each launch of a scheduled function, all of its sizes constant. */
  public static List<SimtCounts> counts(PrimFunc scheduled, Target target) {
    return reports(scheduled, tensors(scheduled, x -> x), target).stream()
        .map(SimtReport::counts)
        .toList();
  }

  private static List<Tensor> tensors(PrimFunc function, DoubleUnaryOperator inputs) {
    Random random = new Random(11);
    List<Tensor> tensors = new ArrayList<>();
    for (Buffer buffer : function.paramBuffers()) {
      long[] shape =
          buffer.shape().stream().mapToLong(dim -> ((Expr.IntImm) dim).value()).toArray();
      Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
      for (long i = 0; i < tensor.elements(); i++) {
        if (buffer.dtype().isFloat()) {
          tensor.setDouble(i, inputs.applyAsDouble(random.nextDouble() * 2 - 1));
        } else {
          tensor.setLong(i, random.nextInt(7) - 3);
        }
      }
      tensors.add(tensor);
    }
    return tensors;
  }

  private static List<SimtReport> reports(PrimFunc scheduled, List<Tensor> actual, Target target) {
    List<SimtReport> reports = new ArrayList<>();
    KernelPlan plan = Lowering.lower(scheduled, target);
    List<Tensor> workspaces =
        plan.workspaces().stream()
            .map(w -> Tensor.allocate(w.dtype(), w.elements().evaluate(Map.of())))
            .toList();
    for (Launch launch : plan.launches()) {
      List<HostArgument> arguments = new ArrayList<>();
      for (LaunchArgument argument : launch.arguments()) {
        Tensor tensor =
            switch (argument) {
              case LaunchArgument.FunctionBuffer(int i) -> actual.get(i);
              case LaunchArgument.WorkspaceBuffer(int i) -> workspaces.get(i);
              case LaunchArgument.Size size -> throw new IllegalArgumentException("a size");
            };
        arguments.add(new HostArgument.Memory(tensor.dtype(), tensor.data()));
      }
      reports.add(
          SimtKernel.compile(launch.kernel(), 32, !target.alignsVectors())
              .run(launch.geometry().evaluate(Map.of()), arguments));
    }
    return reports;
  }
}
