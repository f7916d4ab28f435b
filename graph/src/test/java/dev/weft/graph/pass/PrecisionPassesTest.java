package dev.weft.graph.pass;

import static dev.weft.graph.pass.GraphPrograms.f32;
import static dev.weft.graph.pass.GraphPrograms.random;
import static dev.weft.graph.pass.GraphPrograms.randomTensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphInterpreter;
import dev.weft.graph.GraphVar;
import dev.weft.graph.WellFormed;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Window;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The passes that change the types that a model computes in, which run on demand. */
class PrecisionPassesTest {
  private static final ConstantEvaluator EVALUATOR = ConstantEvaluator.interpreter();

  private static Tensor run(Graph graph, Map<String, String> settings, Tensor x) {
    Graph lowered =
        GraphPasses.run(
            graph,
            GraphPasses.standard(EVALUATOR),
            new PassContext(3, settings, Set.of()),
            (name, after) -> {});
    return new GraphInterpreter(lowered).run(Map.of("x", x)).values().iterator().next();
  }

  private static String after(GraphPass pass, Graph graph) {
    return WellFormed.check(pass.apply(graph)).toString();
  }

  private static Graph network() {
    return GraphPrograms.of(
        f32(3, 8),
        (b, x) -> {
          GraphVar first = b.emit(new MatMul(), x, random(1, 8, 6));
          GraphVar relu = b.emit(new Unary(UnaryFunction.RELU), first);
          GraphVar turned = b.emit(new Transpose(List.of(1, 0)), relu);
          GraphVar second = b.emit(new MatMul(), random(2, 4, 6), turned);
          return List.of(b.emit(new Softmax(1, false), second));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "bf16"})
  void productsReadAndGiveTheNarrowType(String dtype) {
    GraphPass pass =
        new MixedPrecision()
            .with(
                new PassSettings(
                    "mixed_precision",
                    new MixedPrecision().settings(),
                    Map.of("mixed_precision.dtype", dtype)));
    String type = dtype.equals("f16") ? "float16" : "bfloat16";
    String text = after(pass, network());
    // Both products; what lies between stays narrow, the softmax does not.
    assertThat(text.lines().filter(line -> line.contains(" = matmul(")))
        .hasSize(2)
        .allMatch(line -> line.contains(": " + type));
    assertThat(text.lines().filter(line -> line.contains(" = relu(")))
        .allMatch(line -> line.contains(": " + type));
    assertThat(text.lines().filter(line -> line.contains(" = transpose(")))
        .allMatch(line -> line.contains(": " + type));
    assertThat(text.lines().filter(line -> line.contains(" = softmax(")))
        .allMatch(line -> line.contains(": float32"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "bf16"})
  void resultsAreNearThoseOfFloat32(String dtype) {
    Tensor x = randomTensor(9, 3, 8);
    Tensor wide = run(network(), Map.of(), x);
    Tensor narrow = run(network(), Map.of("mixed_precision.dtype", dtype), x);
    assertThat(narrow.dtype()).isEqualTo(DType.FLOAT32);
    double worst = 0;
    for (long i = 0; i < wide.elements(); i++) {
      double distance = Math.abs(narrow.getDouble(i) - wide.getDouble(i));
      worst = Math.max(worst, distance);
    }
    assertThat(worst).isPositive().isLessThan(dtype.equals("f16") ? 2e-3 : 2e-2);
  }

  private static GraphExpr bytes(String name, DType dtype, long first, long... shape) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setLong(i, (first + 37 * i) % (dtype.equals(DType.INT8) ? 127 : 255));
    }
    return new GraphExpr.Constant(name, tensor);
  }

  private static GraphVar dequantised(
      BlockBuilder b, GraphExpr q, GraphExpr zero, GraphExpr scale) {
    GraphVar wide = b.emit(new Cast(DType.INT32), q);
    GraphVar point = b.emit(new Cast(DType.INT32), zero);
    GraphVar centred = b.emit(new Binary(BinaryFunction.SUBTRACT), wide, point);
    return b.emit(
        new Binary(BinaryFunction.MULTIPLY), b.emit(new Cast(DType.FLOAT32), centred), scale);
  }

  private static GraphExpr number(double value) {
    return new GraphExpr.Constant("scale", Tensor.of(new float[] {(float) value}));
  }

  private static Graph quantised() {
    return GraphPrograms.of(
        f32(1, 2, 4, 4),
        (b, x) -> {
          GraphVar stored = b.emit(new Cast(DType.UINT8), x);
          GraphVar xd = dequantised(b, stored, bytes("zx", DType.UINT8, 3), number(0.1));
          GraphVar wd =
              dequantised(
                  b,
                  bytes("w", DType.INT8, 5, 3, 2, 3, 3),
                  bytes("zw", DType.INT8, 0),
                  new GraphExpr.Constant(
                      "ws", Tensor.of(new float[] {0.1f, 0.02f, 0.3f}, 3, 1, 1, 1)));
          GraphVar conv = b.emit(new Conv(Window.of(2, 1, 1, 1), 1), xd, wd, random(4, 3));
          GraphVar flat = b.emit(new Reshape(f32(3, 16).shape()), conv);
          GraphVar again = b.emit(new Cast(DType.INT8), flat);
          GraphVar left = dequantised(b, again, bytes("z", DType.INT8, 1), number(0.5));
          GraphVar right =
              dequantised(
                  b, bytes("v", DType.INT8, 11, 16, 2), bytes("z", DType.INT8, 2), number(0.25));
          return List.of(b.emit(new MatMul(), left, right));
        });
  }

  @Test
  void dequantisedProductsAreOfIntegers() {
    String before = quantised().toString();
    String text = after(new QuantisedProducts(), quantised());
    assertThat(before.lines().filter(line -> line.matches(".* = (conv2d|matmul)\\(.*")))
        .allMatch(line -> line.contains(": float32"));
    assertThat(text.lines().filter(line -> line.matches(".* = (conv2d|matmul)\\(.*")))
        .hasSize(2)
        .allMatch(line -> line.contains(": int32"));
  }

  @Test
  void aConvolutionOfIntegersIsTheFloatOne() {
    Graph conv =
        GraphPrograms.of(
            f32(1, 2, 4, 4),
            (b, x) -> {
              GraphVar stored = b.emit(new Cast(DType.UINT8), x);
              GraphVar xd = dequantised(b, stored, bytes("zx", DType.UINT8, 3), number(0.1));
              GraphExpr w = bytes("w", DType.INT8, 5, 3, 2, 3, 3);
              GraphVar wd = dequantised(b, w, bytes("zw", DType.INT8, 4), number(0.02));
              return List.of(b.emit(new Conv(Window.of(2, 1, 1, 1), 1), xd, wd, random(4, 3)));
            });
    Tensor x = Tensor.allocate(DType.FLOAT32, 1, 2, 4, 4);
    for (long i = 0; i < x.elements(); i++) {
      x.setDouble(i, (double) ((13 * i) % 200));
    }
    Tensor floats = run(conv, Map.of(), x);
    Tensor integers = run(conv, Map.of("quantised_products.sums", "int32"), x);
    for (long i = 0; i < floats.elements(); i++) {
      double want = floats.getDouble(i);
      assertThat(integers.getDouble(i)).isCloseTo(want, within(1e-4 * (1 + Math.abs(want))));
    }
  }

  @Test
  void theExactSumIsNearTheFloatOne() {
    Tensor x = Tensor.allocate(DType.FLOAT32, 1, 2, 4, 4);
    for (long i = 0; i < x.elements(); i++) {
      x.setDouble(i, (double) ((13 * i) % 200));
    }
    Tensor floats = run(quantised(), Map.of(), x);
    Tensor integers = run(quantised(), Map.of("quantised_products.sums", "int32"), x);
    for (long i = 0; i < floats.elements(); i++) {
      double want = floats.getDouble(i);
      // Where a float sum lies next to an integer, the conversion in the middle may step.
      assertThat(integers.getDouble(i)).isCloseTo(want, within(20 + 1e-3 * Math.abs(want)));
    }
  }

  @Test
  void aProductOfFloatsStaysAsItIs() {
    Graph canonical = new Canonicalize().apply(network());
    assertThat(after(new QuantisedProducts(), canonical)).isEqualTo(canonical.toString());
  }
}
