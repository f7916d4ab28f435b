package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.compiler.Verification;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Window;
import dev.weft.runtime.Device;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights that are laid out when a model is compiled: results stay what they were. */
@ExtendWith(DeviceCounts.class)
final class PackedConstantsTest {
  private static final TensorType ROWS =
      new TensorType(new Shape(List.of(IntExpr.symbol("n"), IntExpr.of(37))), DType.FLOAT32);

  /** A model of one input and its weights. */
  record Model(String name, Graph graph) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Model> models() {
    return Stream.of(
        model(
            "1 x 1 convolution",
            TensorType.of(DType.FLOAT32, 1, 21, 7, 7),
            (b, x) -> b.emit(new Conv(Window.unit(2), 1), x, weights(DType.FLOAT32, 35, 21, 1, 1))),
        model(
            "3 x 3 convolution with stride, bias and relu, twice",
            TensorType.of(DType.FLOAT32, 2, 5, 13, 11),
            (b, x) -> {
              Conv conv = new Conv(Window.of(2, 2, 1, 1), 1);
              GraphVar first =
                  b.emit(conv, x, weights(DType.FLOAT32, 18, 5, 3, 3), weights(DType.FLOAT32, 18));
              GraphVar relu = b.emit(new Unary(UnaryFunction.RELU), first);
              return b.emit(conv, relu, weights(DType.FLOAT32, 33, 18, 3, 3));
            }),
        model(
            "depthwise and grouped convolutions",
            TensorType.of(DType.FLOAT32, 1, 12, 9, 9),
            (b, x) -> {
              GraphVar each =
                  b.emit(
                      new Conv(Window.of(2, 1, 1, 1), 12), x, weights(DType.FLOAT32, 12, 1, 3, 3));
              return b.emit(
                  new Conv(Window.of(2, 1, 0, 1), 2), each, weights(DType.FLOAT32, 16, 6, 3, 3));
            }),
        model(
            "products of n rows with one matrix",
            ROWS,
            (b, x) -> {
              GraphExpr square = weights(DType.FLOAT32, 37, 37);
              GraphVar first = b.emit(new MatMul(false, true), x, square);
              GraphVar biased =
                  b.emit(new Binary(BinaryFunction.ADD), first, weights(DType.FLOAT32, 37));
              return b.emit(new MatMul(), biased, square);
            }),
        model(
            "float64 products",
            TensorType.of(DType.FLOAT64, 3, 19, 23),
            (b, x) -> b.emit(new MatMul(), x, weights(DType.FLOAT64, 3, 23, 41))),
        model(
            "int32 products",
            TensorType.of(DType.INT32, 31, 23),
            (b, x) -> b.emit(new MatMul(), x, weights(DType.INT32, 23, 50))),
        model(
            "float16 products",
            TensorType.of(DType.FLOAT16, 31, 23),
            (b, x) -> b.emit(new MatMul(), x, weights(DType.FLOAT16, 23, 50))));
  }

  private static Model model(
      String name, TensorType input, BiFunction<BlockBuilder, GraphVar, GraphExpr> body) {
    GraphVar x = GraphVar.of("x", input);
    BlockBuilder builder = new BlockBuilder();
    builder.function(
        Graph.MAIN,
        List.of(x),
        () -> {
          GraphVar result = builder.dataflow(() -> builder.emitOutput(body.apply(builder, x)));
          builder.emitFunctionOutput(List.of(result), List.of("y"));
        });
    return new Model(name, builder.build());
  }

  private static GraphExpr.Constant weights(DType dtype, long... shape) {
    return new GraphExpr.Constant("w", random(dtype, 7, shape));
  }

  private static Tensor random(DType dtype, long seed, long... shape) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, dtype.isFloat() ? random.nextDouble() - 0.5 : random.nextInt(19) - 9);
    }
    return tensor;
  }

  /** Those that may be CPUs: weights are packed for no others. */
  static Stream<Arguments> modelsOnDevices() {
    return models()
        .flatMap(
            model ->
                DeviceUnderTest.all().stream()
                    .filter(device -> device.name().matches("opencl.*|jvm.*"))
                    .map(device -> Arguments.of(model, device)));
  }

  @Tag("devices")
  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("modelsOnDevices")
  void resultsStayWhatTheyWere(Model model, DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> {
          Device opened = device.open();
          TensorType type = model.graph().main().params().getFirst().tensorType();
          long[] shape =
              type.shape().dims().stream().mapToLong(d -> d.evaluate(Map.of("n", 29L))).toArray();
          Map<String, Tensor> inputs = Map.of("x", random(type.dtype(), 3, shape));
          CompileOptions packed = CompileOptions.DEFAULT;
          for (CompileOptions options : List.of(packed, packed.withoutPass("pack_constants"))) {
            Compilation compilation =
                ModelCompiler.compile(model.graph(), DeviceTargets.of(opened.info()), options);
            try (PlanExecutor executor =
                    PlanExecutor.open(opened, compilation.artifact(), ExternalFunctions.NONE);
                Verification reference = Verification.of(model.graph())) {
              Map<String, TensorComparison> compared =
                  reference.check(inputs, executor.run(inputs));
              assertThat(compared.values()).allMatch(TensorComparison::agrees);
            }
          }
        });
  }

  static Stream<Model> packed() {
    return models().filter(model -> model.name.matches("3 x 3.*|.*products with.*|float64.*"));
  }

  @ParameterizedTest
  @MethodSource("packed")
  void theCompiledModelHoldsThePackedWeightsOnly(Model model) {
    Compilation compilation =
        ModelCompiler.compile(model.graph(), Target.openclCpu(), CompileOptions.DEFAULT);
    assertThat(compilation.weights().keySet()).anyMatch(name -> name.contains("_panel_"));
    assertThat(compilation.weights().values())
        .noneMatch(weight -> weight.rank() > 1 && isOriginal(model, weight));
  }

  private static boolean isOriginal(Model model, Tensor weight) {
    return model.graph().main().body().bindings().stream()
        .anyMatch(
            binding ->
                binding.value() instanceof GraphExpr.Call call
                    && call.op() instanceof MatMul
                    && call.args().stream()
                        .anyMatch(
                            arg ->
                                arg instanceof GraphExpr.Constant constant
                                    && constant.value() == weight));
  }
}
