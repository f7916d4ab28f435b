package dev.weft.graph.pass;

import static dev.weft.graph.pass.GraphPrograms.f32;
import static dev.weft.graph.pass.GraphPrograms.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.graph.Binding;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.WellFormed;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuseOperatorsTest {
  private static final Unary RELU = new Unary(UnaryFunction.RELU);
  private static final Unary EXP = new Unary(UnaryFunction.EXP);
  private static final Binary ADD = new Binary(BinaryFunction.ADD);
  private static final Binary SUBTRACT = new Binary(BinaryFunction.SUBTRACT);
  private static final Binary MULTIPLY = new Binary(BinaryFunction.MULTIPLY);
  private static final Binary DIVIDE = new Binary(BinaryFunction.DIVIDE);
  private static final Unary SQRT = new Unary(UnaryFunction.SQRT);
  private static final Conv CONV = new Conv(Window.of(2, 1, 1, 1), 1);

  /** What {@code main} calls, in order. */
  private static List<String> kernels(Graph graph) {
    Graph fused = WellFormed.check(new FuseOperators().apply(new Canonicalize().apply(graph)));
    List<String> names = new ArrayList<>();
    for (Binding binding : fused.main().body().bindings()) {
      names.add(
          switch (binding.value()) {
            case GraphExpr.Call call -> call.op().name();
            case GraphExpr.CallFunction call -> call.function();
            case GraphExpr.Tuple tuple -> "tuple";
            default -> binding.value().toString();
          });
    }
    return names;
  }

  @Test
  void anElementwiseTailJoinsTheConvolution() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 3, 8, 8),
            (b, x) -> {
              GraphVar conv = b.emit(CONV, x, random(1, 4, 3, 3, 3));
              GraphVar biased = b.emit(ADD, conv, random(2, 4, 1, 1));
              return List.of(b.emit(RELU, biased));
            });
    assertThat(kernels(graph)).containsExactly("fused_conv2d_add_relu");
  }

  @Test
  void aDiamondOfElementwiseOperatorsIsOneKernel() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar top = b.emit(RELU, x);
              GraphVar left = b.emit(EXP, top);
              GraphVar right = b.emit(new Unary(UnaryFunction.NEG), top);
              return List.of(b.emit(ADD, left, right));
            });
    assertThat(kernels(graph)).containsExactly("fused_relu_exp_neg_add");
  }

  @Test
  void aDiamondBelowAConvolutionIsOneKernel() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 3, 8, 8),
            (b, x) -> {
              GraphVar conv = b.emit(CONV, x, random(1, 4, 3, 3, 3));
              GraphVar left = b.emit(EXP, conv);
              GraphVar right = b.emit(RELU, conv);
              return List.of(b.emit(ADD, left, right));
            });
    assertThat(kernels(graph)).containsExactly("fused_conv2d_exp_relu_add");
  }

  @Test
  void aValueThatIsNeededOutsideEndsItsGroup() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 3, 8, 8),
            (b, x) -> {
              GraphVar conv = b.emit(CONV, x, random(1, 4, 3, 3, 3));
              GraphVar relu = b.emit(RELU, conv);
              GraphVar exp = b.emit(EXP, relu);
              return List.of(relu, exp);
            });
    assertThat(kernels(graph)).containsExactly("fused_conv2d_relu", "exp");
  }

  @Test
  void twoConvolutionsNeverShareAKernel() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 4, 8, 8),
            (b, x) -> {
              GraphVar first = b.emit(RELU, b.emit(CONV, x, random(1, 4, 4, 3, 3)));
              GraphVar second = b.emit(CONV, first, random(2, 4, 4, 3, 3));
              // The residual sum joins the second convolution only.
              return List.of(b.emit(RELU, b.emit(ADD, second, first)));
            });
    assertThat(kernels(graph)).containsExactly("fused_conv2d_relu", "fused_conv2d_add_relu");
  }

  @Test
  void elementwiseOperatorsJoinTheReductionBehindThemButNothingFollowsIt() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar sum = b.emit(new Reduce(Reduction.SUM, List.of(1), false), b.emit(EXP, x));
              return List.of(b.emit(RELU, sum));
            });
    assertThat(kernels(graph)).containsExactly("fused_exp_sum", "relu");
  }

  @Test
  void aBroadcastResultIsNoTailOfAMatrixProduct() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 4),
            (b, x) -> {
              GraphVar product = b.emit(new MatMul(), x, random(1, 4, 3));
              // The product is broadcast to [2, 3]: each of its elements is needed twice.
              return List.of(b.emit(ADD, product, random(2, 2, 3)));
            });
    assertThat(kernels(graph)).containsExactly("matmul", "add");
  }

  @Test
  void aTransposeJoinsElementwiseOperatorsButNoConvolution() {
    Transpose transpose = new Transpose(List.of(0, 2, 3, 1));
    Graph elementwise =
        GraphPrograms.of(
            f32(1, 3, 8, 8), (b, x) -> List.of(b.emit(RELU, b.emit(transpose, b.emit(EXP, x)))));
    assertThat(kernels(elementwise)).containsExactly("fused_exp_transpose_relu");
    Graph behind =
        GraphPrograms.of(
            f32(1, 3, 8, 8),
            (b, x) -> List.of(b.emit(transpose, b.emit(CONV, x, random(1, 4, 3, 3, 3)))));
    assertThat(kernels(behind)).containsExactly("conv2d", "transpose");
  }

  @Test
  void fieldsOfATupleThatIsAResultStayKernelsOfTheirOwn() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar first = b.emit(EXP, b.emit(RELU, x));
              GraphVar second = b.emit(RELU, b.emit(ADD, x, x));
              return List.of(b.emit(new GraphExpr.Tuple(List.of(first, second))));
            });
    assertThat(kernels(graph)).containsExactly("fused_relu_exp", "fused_add_relu", "tuple");
  }

  @Test
  void aSoftmaxTakesATailAlong() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5), (b, x) -> List.of(b.emit(RELU, b.emit(new Softmax(1, false), x))));
    assertThat(kernels(graph)).containsExactly("fused_softmax_relu");
  }

  private static GraphVar centred(BlockBuilder b, GraphVar x, int axis) {
    GraphVar mean = b.emit(new Reduce(Reduction.MEAN, List.of(axis), true), x);
    return b.emit(SUBTRACT, x, mean);
  }

  private static GraphVar normal(BlockBuilder b, GraphVar x, int axis) {
    GraphVar centred = centred(b, x, axis);
    GraphVar squares = b.emit(MULTIPLY, centred, centred);
    GraphVar variance = b.emit(new Reduce(Reduction.MEAN, List.of(axis), true), squares);
    return b.emit(DIVIDE, centred, b.emit(SQRT, variance));
  }

  @Test
  void aLayerNormIsOneKernel() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar scaled = b.emit(MULTIPLY, normal(b, b.emit(EXP, x), 1), random(1, 5));
              return List.of(b.emit(ADD, scaled, random(2, 5)));
            });
    assertThat(kernels(graph))
        .containsExactly("fused_exp_mean_subtract_multiply_mean_sqrt_divide_multiply_add");
  }

  @Test
  void whatOthersNeedStaysOutOfAGroupOfRows() {
    Graph residual =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar sum = b.emit(ADD, x, x);
              return List.of(b.emit(ADD, sum, b.emit(EXP, normal(b, sum, 1))));
            });
    assertThat(kernels(residual))
        .containsExactly("fused_add_mean_subtract_multiply_mean_sqrt_divide_exp_add");
    Graph needed =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar centred = centred(b, x, 1);
              GraphVar variance =
                  b.emit(
                      new Reduce(Reduction.MEAN, List.of(1), true),
                      b.emit(MULTIPLY, centred, centred));
              return List.of(centred, b.emit(SQRT, variance));
            });
    assertThat(kernels(needed))
        .containsExactly("fused_mean_subtract", "fused_multiply_mean", "sqrt");
  }

  @Test
  void theEndOfAProductStaysWithTheProduct() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 4),
            (b, x) -> {
              GraphVar product = b.emit(new MatMul(), x, random(1, 4, 5));
              return List.of(normal(b, b.emit(ADD, product, random(2, 5)), 1));
            });
    assertThat(kernels(graph))
        .containsExactly("fused_matmul_add", "fused_mean_subtract_multiply_mean_sqrt_divide");
  }

  @Test
  void aWrittenOutSoftmaxIsOneKernel() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 5),
            (b, x) -> {
              GraphVar max = b.emit(new Reduce(Reduction.MAX, List.of(1), true), x);
              GraphVar exp = b.emit(EXP, b.emit(SUBTRACT, x, max));
              GraphVar sum = b.emit(new Reduce(Reduction.SUM, List.of(1), true), exp);
              return List.of(b.emit(DIVIDE, exp, sum));
            });
    assertThat(kernels(graph)).containsExactly("fused_max_subtract_exp_sum_divide");
  }

  @Test
  void rowsAreTheLastAxesAndStayApart() {
    Graph columns = GraphPrograms.of(f32(4, 5), (b, x) -> List.of(normal(b, x, 0)));
    assertThat(kernels(columns))
        .containsExactly("mean", "subtract", "fused_multiply_mean", "fused_sqrt_divide");
    // Each element needs the sum of another row.
    Graph across =
        GraphPrograms.of(
            f32(5, 5),
            (b, x) -> {
              GraphVar sums = b.emit(new Reduce(Reduction.SUM, List.of(1), false), x);
              return List.of(b.emit(SUBTRACT, x, sums));
            });
    assertThat(kernels(across)).containsExactly("sum", "subtract");
  }

  @Test
  void groupsAreNotLargerThanAllowed() {
    Graph graph =
        GraphPrograms.of(
            f32(3),
            (b, x) -> {
              GraphVar value = x;
              for (int i = 0; i < FuseOperators.MOST_OPERATORS + 10; i++) {
                value = b.emit(RELU, value);
              }
              return List.of(value);
            });
    assertThat(kernels(graph)).hasSizeGreaterThan(1);
  }
}
