package dev.weft.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.compiler.interpreter.InterpreterProvider;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.MatMul;
import dev.weft.runtime.Device;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCompilerTest {
  private static final Target INTERPRETER = Target.parse("interpreter");

  /**
   * A perceptron of two layers with small integer weights, so that every order of sums is exact.
   */
  private static Graph perceptron() {
    GraphVar x = GraphVar.of("x", TensorType.of(DType.FLOAT32, 1, 784));
    GraphExpr w0 = matrix("w0", 128, 784, (j, k) -> (3 * j + 7 * k) % 9 - 4);
    GraphExpr b0 = matrix("b0", 1, 128, (i, j) -> j % 7 - 3);
    GraphExpr w1 = matrix("w1", 10, 128, (j, k) -> (5 * j + 2 * k) % 7 - 3);
    GraphExpr b1 = matrix("b1", 1, 10, (i, j) -> j - 5);
    GraphExpr zero = matrix("zero", 1, 1, (i, j) -> 0);
    BlockBuilder builder = new BlockBuilder();
    builder.function(
        Graph.MAIN,
        List.of(x),
        () -> {
          GraphVar result =
              builder.dataflow(
                  () -> {
                    GraphVar h = builder.emit(new MatMul(false, true), x, w0);
                    GraphVar biased = builder.emit(new Binary(BinaryFunction.ADD), h, b0);
                    GraphVar relu = builder.emit(new Binary(BinaryFunction.MAXIMUM), biased, zero);
                    GraphVar out = builder.emit(new MatMul(false, true), relu, w1);
                    return builder.emitOutput(
                        new GraphExpr.Call(
                            new Binary(BinaryFunction.ADD), List.of(out, b1), out.type()));
                  });
          builder.emitFunctionOutput(List.of(result), List.of("logits"));
        });
    return builder.build();
  }

  private static GraphExpr matrix(String name, int rows, int columns, LongBinaryOperator value) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        tensor.setDouble((long) i * columns + j, (double) value.applyAsLong(i, j));
      }
    }
    return new GraphExpr.Constant(name, tensor);
  }

  private static Tensor picture() {
    Tensor x = Tensor.allocate(DType.FLOAT32, 1, 784);
    for (int k = 0; k < 784; k++) {
      x.setDouble(k, k % 5 - 2);
    }
    return x;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyLevelComputesTheSame(int level) {
    Compilation compilation =
        ModelCompiler.compile(
            perceptron(), INTERPRETER, CompileOptions.DEFAULT.withOptLevel(level));

    assertThat(run(compilation, picture()))
        .containsExactly(149, -46, 25, 166, -113, -126, -69, 156, -39, 32);
  }

  @Test
  void fusionMakesOneFunctionALayer() {
    Compilation fused = ModelCompiler.compile(perceptron(), INTERPRETER, CompileOptions.DEFAULT);
    Compilation unfused =
        ModelCompiler.compile(perceptron(), INTERPRETER, CompileOptions.DEFAULT.withOptLevel(0));

    assertThat(fused.kernels()).hasSize(2);
    assertThat(unfused.kernels().size()).isGreaterThan(3);
  }

  @Test
  void theTraceSeesGraphFunctionsProgramAndPlan() {
    List<String> seen = new ArrayList<>();
    CompileTrace trace =
        new CompileTrace() {
          @Override
          public void graph(int number, String pass, Graph after) {
            seen.add("graph " + number + " " + pass);
          }

          @Override
          public void function(
              String function, int number, String pass, dev.weft.tir.PrimFunc after) {
            seen.add("function");
          }

          @Override
          public void program(dev.weft.runtime.ProgramImage program) {
            seen.add("program");
          }

          @Override
          public void plan(dev.weft.runtime.plan.LaunchPlan plan) {
            seen.add("plan");
          }
        };
    ModelCompiler.compile(perceptron(), INTERPRETER, CompileOptions.DEFAULT.withTrace(trace));

    assertThat(seen)
        .startsWith("graph 0 imported")
        .contains("function")
        .endsWith("program", "plan");
  }

  @Test
  void unknownPassesAndSettingsAreRefused() {
    CompileOptions noSuchPass =
        new CompileOptions(3, Map.of(), Set.of("fuse_everything"), CompileTrace.NONE);
    CompileOptions noSuchSetting =
        new CompileOptions(3, Map.of("fuse.depth", "3"), Set.of(), CompileTrace.NONE);

    assertThatThrownBy(() -> ModelCompiler.compile(perceptron(), INTERPRETER, noSuchPass))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no pass 'fuse_everything'");
    assertThatThrownBy(() -> ModelCompiler.compile(perceptron(), INTERPRETER, noSuchSetting))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("fuse.depth");
  }

  @Test
  void targetsWithoutGeneratorAreRefused() {
    assertThatThrownBy(
            () ->
                ModelCompiler.compile(perceptron(), Target.parse("vulkan"), CompileOptions.DEFAULT))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("no code generator for this target");
  }

  @Test
  void symbolicBatch() {
    GraphVar x =
        GraphVar.of(
            "x",
            new TensorType(new Shape(List.of(IntExpr.symbol("n"), IntExpr.of(3))), DType.FLOAT32));
    GraphExpr w = matrix("w", 3, 2, (i, j) -> i + 10 * j);
    BlockBuilder builder = new BlockBuilder();
    builder.function(
        Graph.MAIN,
        List.of(x),
        () -> {
          GraphVar result =
              builder.dataflow(
                  () -> {
                    GraphVar y = builder.emit(new MatMul(), x, w);
                    return builder.emitOutput(
                        new GraphExpr.Call(
                            new Binary(BinaryFunction.ADD), List.of(y, y), y.type()));
                  });
          builder.emitFunctionOutput(List.of(result), List.of("y"));
        });
    Compilation compilation =
        ModelCompiler.compile(builder.build(), INTERPRETER, CompileOptions.DEFAULT);

    assertThat(run(compilation, Tensor.of(new float[] {1, 2, 3}, 1, 3))).containsExactly(16, 136);
    assertThat(run(compilation, Tensor.of(new float[] {1, 2, 3, 1, 0, 0}, 2, 3)))
        .containsExactly(16, 136, 0, 20);
  }

  private static float[] run(Compilation compilation, Tensor x) {
    try (Device device = new InterpreterProvider().open(0);
        PlanExecutor executor =
            PlanExecutor.open(device, compilation.artifact(), ExternalFunctions.NONE)) {
      return executor.run(Map.of("x", x)).values().iterator().next().toFloats();
    }
  }
}
