package dev.weft.cli.conformance;

import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.compiler.PlannedModel;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.frontend.tensor.TensorFiles;
import dev.weft.graph.Graph;
import dev.weft.runtime.Device;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.plan.TensorSpec;
import dev.weft.tir.target.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs tests on one device. */
public final class TestRun {
  private final Device device;
  private final Target target;

  /**
   * @param device stays the caller's
   */
  public TestRun(Device device) {
    this.device = device;
    this.target = DeviceTargets.of(device.info());
  }

  /** Imports, compiles and runs one test; whatever goes wrong is in the verdict. */
  public Verdict run(TestFolder test) {
    AtomicReference<Verdict> verdict = new AtomicReference<>(Verdict.error("there is no verdict"));
    run(List.of(test), (of, its) -> verdict.set(its));
    return Objects.requireNonNull(verdict.get());
  }

  /**
   * Imports, compiles and runs tests with the kernels of all in one program: a driver's compiler
   * takes about as long for one small kernel as for ten. If that program can't be made or loaded,
   * each test gets one of its own. Whatever goes wrong with a test is in its verdict.
   *
   * @param seen gets the verdict of each test
   */
  public void run(List<TestFolder> tests, BiConsumer<TestFolder, Verdict> seen) {
    Map<TestFolder, PlannedModel> planned = new LinkedHashMap<>();
    for (TestFolder test : tests) {
      attempt(
          () -> {
            if (test.dataSets().isEmpty()) {
              return Verdict.error("there is no test_data_set_0");
            }
            Graph graph = Weft.load(test.model()).graph();
            planned.put(test, ModelCompiler.plan(graph, target, CompileOptions.DEFAULT));
            return null;
          },
          verdict -> seen.accept(test, verdict));
    }
    if (planned.size() > 1 && runLinked(planned, seen)) {
      return;
    }
    planned.forEach(
        (test, model) ->
            attempt(
                () -> {
                  Compilation compilation = link(List.of(model)).getFirst();
                  try (LoadedProgram program = device.load(compilation.program())) {
                    return check(test, compilation, program);
                  }
                },
                verdict -> seen.accept(test, verdict)));
  }

  /** Runs tests in one program; does nothing and says so if there can't be one. */
  private boolean runLinked(
      Map<TestFolder, PlannedModel> planned, BiConsumer<TestFolder, Verdict> seen) {
    List<Compilation> compilations;
    LoadedProgram loaded;
    try {
      compilations = link(List.copyOf(planned.values()));
      loaded = device.load(compilations.getFirst().program());
    } catch (RuntimeException e) {
      return false; // Whose fault it is shows when each has a program of its own.
    }
    try (LoadedProgram program = loaded) {
      Iterator<Compilation> next = compilations.iterator();
      for (TestFolder test : planned.keySet()) {
        Compilation compilation = next.next();
        attempt(() -> check(test, compilation, program), verdict -> seen.accept(test, verdict));
      }
    }
    return true;
  }

  private List<Compilation> link(List<PlannedModel> models) {
    return ModelCompiler.link(models, target, CompileOptions.DEFAULT.trace());
  }

  /** Does a part of a test; hands on the verdict if the part came to one. */
  private static void attempt(Supplier<@Nullable Verdict> part, Consumer<Verdict> seen) {
    Verdict verdict;
    try {
      verdict = part.get();
    } catch (UnsupportedOperatorsException e) {
      verdict = Verdict.unsupported(missing(e));
    } catch (RuntimeException | Error e) { // Also LinkageError and the like: the next test may do.
      String message = e.getMessage();
      String kind = e.getClass().getSimpleName();
      verdict = Verdict.error(message == null ? kind : kind + ": " + message);
    }
    if (verdict != null) {
      seen.accept(verdict);
    }
  }

  /** Each operator once, with what of it is missing. */
  private static String missing(UnsupportedOperatorsException e) {
    return e.nodes().stream()
        .map(node -> node.op() + (node.reason().isEmpty() ? "" : ": " + node.reason()))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private Verdict check(TestFolder test, Compilation compilation, LoadedProgram program) {
    try (PlanExecutor executor =
        PlanExecutor.open(
            device,
            program,
            compilation.plan(),
            Weights.of(compilation.weights()),
            ExternalFunctions.NONE)) {
      for (Path set : test.dataSets()) {
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
