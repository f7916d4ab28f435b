package dev.weft.graph.pass;

import static dev.weft.graph.pass.GraphPrograms.f32;
import static dev.weft.graph.pass.GraphPrograms.random;
import static dev.weft.graph.pass.GraphPrograms.randomTensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphInterpreter;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.BatchNorm;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.Expand;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphPassesTest {
  private static final ConstantEvaluator EVALUATOR = ConstantEvaluator.interpreter();

  private static Graph network() {
    return GraphPrograms.of(
        f32(2, 3, 6, 6),
        (b, x) -> {
          GraphVar conv =
              b.emit(new Conv(Window.of(2, 1, 1, 1), 1), x, random(1, 4, 3, 3, 3), random(2, 4));
          GraphExpr.Constant variance =
              new GraphExpr.Constant("variance", Tensor.of(new float[] {1, 2, 0.5f, 4}, 4));
          GraphVar norm =
              b.emit(new BatchNorm(1e-5), conv, random(3, 4), random(4, 4), random(5, 4), variance);
          GraphVar relu = b.emit(new Unary(UnaryFunction.RELU), norm);
          GraphVar same = b.emit(new Unary(UnaryFunction.RELU), norm);
          GraphVar sum = b.emit(new Binary(BinaryFunction.ADD), relu, same);
          GraphVar moved = b.emit(new Transpose(List.of(0, 2, 3, 1)), sum);
          GraphVar back = b.emit(new Transpose(List.of(0, 3, 1, 2)), moved);
          GraphVar once = b.emit(new Reshape(f32(2, 4, 36).shape()), back);
          GraphVar flat = b.emit(new Reshape(f32(2, 144).shape()), once);
          GraphVar dense = b.emit(new MatMul(), flat, random(6, 144, 5));
          return List.of(b.emit(new Softmax(1, false), dense));
        });
  }

  private static float[] run(Graph graph, Set<String> disabled) {
    Graph lowered =
        GraphPasses.run(graph, GraphPasses.standard(EVALUATOR), disabled, (name, result) -> {});
    return new GraphInterpreter(lowered)
        .run(Map.of("x", randomTensor(9, 2, 3, 6, 6)))
        .values()
        .iterator()
        .next()
        .toFloats();
  }

  private static List<String> operators(Graph graph) {
    return graph.main().body().bindings().stream()
        .map(Binding::value)
        .map(value -> value instanceof GraphExpr.Call call ? call.op().name() : "?")
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "simplify",
        "fold_constants",
        "merge_common_subexpressions",
        "remove_dead_code",
        "fuse_operators"
      })
  void noPassChangesTheResult(String pass) {
    float[] all = run(network(), Set.of());
    float[] without = run(network(), Set.of(pass));
    assertThat(all).hasSize(10);
    assertThat(all).containsExactly(without, within(1e-5f));
    assertThat(all[0] + all[1] + all[2] + all[3] + all[4]).isCloseTo(1, within(1e-5f));
  }

  @Test
  void theNetworkBecomesAFewKernels() {
    Graph lowered = GraphPasses.run(network(), EVALUATOR);
    List<String> calls =
        lowered.main().body().bindings().stream()
            .map(Binding::value)
            .map(v -> v instanceof GraphExpr.CallTir call ? call.function() : "view")
            .collect(Collectors.toList());
    assertThat(calls).containsExactly("fused_conv2d_relu_add", "view", "matmul", "softmax");
    assertThat(lowered.primFuncs().functions()).hasSize(3);
  }

  @Test
  void aBatchNormGoesIntoTheConvolutionsWeights() {
    Graph simplified = new Simplify().apply(new Canonicalize().apply(network()));
    assertThat(operators(simplified)).doesNotContain("batch_norm");
    Graph folded = new RemoveDeadCode().apply(new FoldConstants(EVALUATOR).apply(simplified));
    assertThat(operators(folded))
        .containsExactly("conv2d", "relu", "relu", "add", "reshape", "matmul", "softmax");
  }

  @Test
  void aBatchNormOfAConvolutionThatIsUsedTwiceStays() {
    Graph graph =
        GraphPrograms.of(
            f32(1, 3, 6, 6),
            (b, x) -> {
              GraphVar conv = b.emit(new Conv(Window.unit(2), 1), x, random(1, 4, 3, 3, 3));
              GraphVar norm =
                  b.emit(
                      new BatchNorm(1e-5),
                      conv,
                      random(3, 4),
                      random(4, 4),
                      random(5, 4),
                      random(6, 4));
              return List.of(conv, norm);
            });
    assertThat(operators(new Simplify().apply(new Canonicalize().apply(graph))))
        .containsExactly("conv2d", "batch_norm");
  }

  @Test
  void equalOperatorsShareOneFunction() {
    Graph graph =
        GraphPrograms.of(
            f32(4, 4),
            (b, x) -> {
              GraphVar first = b.emit(new MatMul(), x, random(1, 4, 4));
              return List.of(b.emit(new MatMul(), first, random(2, 4, 4)));
            });
    Graph lowered = GraphPasses.run(graph, EVALUATOR);
    assertThat(lowered.primFuncs().functions().keySet()).containsExactly("matmul");
    assertThat(lowered.main().body().bindings()).hasSize(2);
  }

  @Test
  void resultsKeepTheirNamesAndOrder() {
    Graph graph =
        GraphPrograms.of(f32(2), (b, x) -> List.of(b.emit(new Unary(UnaryFunction.EXP), x), x));
    Graph lowered = GraphPasses.run(graph, EVALUATOR);
    Map<String, Tensor> results =
        new GraphInterpreter(lowered).run(Map.of("x", Tensor.of(new float[] {0, 1}, 2)));
    assertThat(results.keySet()).containsExactly("output0", "output1");
    assertThat(List.copyOf(results.values()).get(1).toFloats()).containsExactly(0, 1);
  }

  @Test
  void anExpandedElementIsFolded() {
    Graph graph =
        GraphPrograms.of(
            f32(3, 5, 7),
            (b, x) -> {
              GraphExpr.Constant one =
                  new GraphExpr.Constant("one", Tensor.of(new float[] {0.25f}, 1));
              GraphVar many = b.emit(new Expand(f32(3, 5, 7).shape()), one);
              return List.of(b.emit(new Binary(BinaryFunction.ADD), x, many));
            });
    Graph folded = new FoldConstants(EVALUATOR).apply(graph);
    assertThat(operators(folded)).containsExactly("add");
    assertThat(folded.main().body().bindings().getFirst().value())
        .isInstanceOfSatisfying(
            GraphExpr.Call.class,
            call -> {
              Tensor value = ((GraphExpr.Constant) call.args().get(1)).value();
              assertThat(value.shape()).containsExactly(3, 5, 7);
              assertThat(value.toFloats()).containsOnly(0.25f);
            });
  }
}
