package dev.weft.compiler;

import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.interpreter.InterpreterProvider;
import dev.weft.graph.Graph;
import dev.weft.runtime.Device;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.tir.target.Target;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model should compute: every operator for itself, without a graph pass, on the reference
 * interpreter.
 */
public final class Verification implements AutoCloseable {
  private final Device device;
  private final PlanExecutor executor;

  private Verification(Device device, PlanExecutor executor) {
    this.device = device;
    this.executor = executor;
  }

  /** The reference of a model. */
  public static Verification of(Graph graph) {
    return of(graph, ExternalFunctions.NONE);
  }

  /** The reference of a model that calls functions of the application. */
  public static Verification of(Graph graph, ExternalFunctions functions) {
    Compilation reference =
        ModelCompiler.compile(
            graph, Target.parse("interpreter"), CompileOptions.DEFAULT.withOptLevel(0));
    Device device = new InterpreterProvider().open(0);
    try {
      return new Verification(
          device,
          PlanExecutor.open(
              device,
              reference.program(),
              reference.plan(),
              Weights.of(reference.weights()),
              functions));
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** The outputs that are right; the caller closes them. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return executor.run(inputs);
  }

  /**
   * Compares outputs with those that are right.
   *
   * @return a comparison for each output, by name
   */
  public Map<String, TensorComparison> check(
      Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    Map<String, Tensor> expected = run(inputs);
    try {
      Map<String, TensorComparison> comparisons = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
        Tensor actual = outputs.get(entry.getKey());
        if (actual == null) {
          throw new CompileException("there is no output of this name", entry.getKey(), "");
        }
        comparisons.put(entry.getKey(), OutputCheck.compare(actual, entry.getValue()));
      }
      return comparisons;
    } finally {
      expected.values().forEach(Tensor::close);
    }
  }

  @Override
  public void close() {
    try {
      executor.close();
    } finally {
      device.close();
    }
  }
}
