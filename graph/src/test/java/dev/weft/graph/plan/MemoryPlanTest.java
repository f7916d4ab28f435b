package dev.weft.graph.plan;

import static dev.weft.graph.pass.GraphPrograms.f32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.Binding;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.graph.pass.GraphPrograms;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  /** A chain of products: never more than two values are needed at once. */
  private static GraphFunction chain(TensorType x, int length) {
    Graph graph =
        GraphPrograms.of(
            x,
            (b, input) -> {
              GraphVar value = input;
              for (int i = 0; i < length; i++) {
                value = b.emit(new Softmax(1, i % 2 == 0), value);
              }
              return List.of(value);
            });
    return GraphPasses.run(graph, ConstantEvaluator.interpreter()).main();
  }

  @Test
  void aChainTakesTurnsInTwoPlaces() {
    MemoryPlan plan = MemoryPlan.of(chain(f32(10, 10), 6));
    // Five values of 400 bytes each, in units of 64; the sixth is the result.
    assertThat(plan.unsharedBytes()).isEqualTo(IntExpr.of(5 * 448));
    assertThat(plan.poolBytes()).isEqualTo(IntExpr.of(2 * 448));
    assertThat(plan.copies()).isEmpty();
  }

  @Test
  void aChainOfSymbolicSizeTakesTurnsToo() {
    TensorType x =
        new TensorType(new Shape(List.of(IntExpr.symbol("n"), IntExpr.of(16))), DType.FLOAT32);
    MemoryPlan plan = MemoryPlan.of(chain(x, 6));
    assertThat(plan.poolBytes().evaluate(Map.of("n", 10L))).isEqualTo(2 * 640);
  }

  @Test
  void valuesThatLiveTogetherDoNotOverlap() {
    Graph graph =
        GraphPrograms.of(
            f32(8, 8),
            (b, x) -> {
              GraphVar first = b.emit(new MatMul(), x, x);
              GraphVar second = b.emit(new MatMul(true, false), x, x);
              GraphVar third = b.emit(new MatMul(), first, second);
              return List.of(b.emit(new MatMul(), third, first));
            });
    GraphFunction main = GraphPasses.run(graph, ConstantEvaluator.interpreter()).main();
    MemoryPlan plan = MemoryPlan.of(main);
    List<Long> offsets =
        main.body().bindings().stream()
            .map(Binding::var)
            .map(plan::place)
            .filter(Place.Pool.class::isInstance)
            .map(place -> ((Place.Pool) place).offset().evaluate(Map.of()))
            .toList();
    assertThat(offsets).hasSize(3).doesNotHaveDuplicates();
    assertThat(offsets).allMatch(offset -> offset % MemoryPlan.ALIGNMENT == 0);
  }

  @Test
  void aViewIsWhereItsOperandIs() {
    Graph graph =
        GraphPrograms.of(
            f32(2, 6),
            (b, x) -> {
              GraphVar soft = b.emit(new Softmax(1, false), x);
              GraphVar view = b.emit(new Reshape(Shape.of(4, 3)), soft);
              return List.of(b.emit(new Softmax(1, true), view));
            });
    GraphFunction main = GraphPasses.run(graph, ConstantEvaluator.interpreter()).main();
    MemoryPlan plan = MemoryPlan.of(main);
    List<Place> places =
        main.body().bindings().stream().map(binding -> plan.place(binding.var())).toList();
    assertThat(places).hasSize(3);
    assertThat(places.get(1)).isEqualTo(places.get(0));
    assertThat(places.get(2)).isEqualTo(new Place.Output(0));
  }

  @Test
  void aResultThatIsAnInputOrAnotherResultIsCopied() {
    Graph graph =
        GraphPrograms.of(
            f32(2, 6),
            (b, x) -> {
              GraphVar soft = b.emit(new Softmax(1, false), x);
              return List.of(soft, x, soft);
            });
    GraphFunction main = GraphPasses.run(graph, ConstantEvaluator.interpreter()).main();
    assertThat(MemoryPlan.of(main).copies())
        .extracting(MemoryPlan.Copy::output)
        .containsExactly(1, 2);
  }
}
