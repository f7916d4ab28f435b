package dev.weft.cli.conformance;

import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.frontend.tensor.TensorFiles;
import dev.weft.graph.Graph;
import dev.weft.runtime.Device;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs tests one after the other on one device. */
public final class TestRun {
  private final Device device;

  /**
   * @param device stays the caller's
   */
  public TestRun(Device device) {
    this.device = device;
  }

  /** Imports, compiles and runs one test; whatever goes wrong is in the verdict. */
  public Verdict run(TestFolder test) {
    try {
      return check(test);
    } catch (UnsupportedOperatorsException e) {
      return Verdict.unsupported(missing(e));
    } catch (RuntimeException | Error e) { // Also LinkageError and the like: the next test may do.
      String message = e.getMessage();
      String kind = e.getClass().getSimpleName();
      return Verdict.error(message == null ? kind : kind + ": " + message);
    }
  }

  /** Each operator once, with what of it is missing. */
  private static String missing(UnsupportedOperatorsException e) {
    return e.nodes().stream()
        .map(node -> node.op() + (node.reason().isEmpty() ? "" : ": " + node.reason()))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private Verdict check(TestFolder test) {
    List<Path> sets = test.dataSets();
    if (sets.isEmpty()) {
      return Verdict.error("there is no test_data_set_0");
    }
    Graph graph = Weft.load(test.model()).graph();
    Compilation compilation =
        ModelCompiler.compile(graph, DeviceTargets.of(device.info()), CompileOptions.DEFAULT);
    try (PlanExecutor executor =
        PlanExecutor.open(device, compilation.artifact(), ExternalFunctions.NONE)) {
      for (Path set : sets) {
        Verdict verdict = check(executor, set, test.tolerance());
        if (verdict.status() != Verdict.Status.PASS) {
          return verdict;
        }
      }
    }
    return Verdict.PASSED;
  }

  private static Verdict check(PlanExecutor executor, Path set, Tolerance tolerance) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, Tensor> outputs = Map.of();
    try {
      List<TensorSpec> specs = executor.signature().inputs();
      for (int i = 0; i < specs.size(); i++) {
        inputs.put(specs.get(i).name(), TensorFiles.read(set.resolve("input_" + i + ".pb")));
      }
      outputs = executor.run(inputs);
      int k = 0;
      for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
        try (Tensor expected = TensorFiles.read(set.resolve("output_" + k++ + ".pb"))) {
          String difference = difference(output.getValue(), expected, tolerance);
          if (!difference.isEmpty()) {
            return Verdict.failed("output '" + output.getKey() + "': " + difference);
          }
        }
      }
      return Files.exists(set.resolve("output_" + k + ".pb"))
          ? Verdict.failed("the model gives " + k + " outputs, more are expected")
          : Verdict.PASSED;
    } finally {
      inputs.values().forEach(Tensor::close);
      outputs.values().forEach(Tensor::close);
    }
  }

  private static String difference(Tensor actual, Tensor expected, Tolerance floats) {
    if (!actual.dtype().equals(expected.dtype())
        || !Arrays.equals(actual.shape(), expected.shape())) {
      return "it is " + actual + ", expected is " + expected;
    }
    Tolerance tolerance = actual.dtype().isFloat() ? floats : Tolerance.EXACT;
    TensorComparison comparison = TensorComparison.of(actual, expected, tolerance);
    return comparison.agrees() ? "" : comparison.report();
  }
}
