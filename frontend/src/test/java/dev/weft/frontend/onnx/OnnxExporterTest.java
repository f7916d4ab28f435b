package dev.weft.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphInterpreter;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Pool;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Window;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is exported and imported again computes the same. */
class OnnxExporterTest {
  private static final Random RANDOM = new Random(7);

  private static GraphExpr constant(String name, long... shape) {
    return new GraphExpr.Constant(name, random(shape));
  }

  private static Tensor random(long... shape) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, RANDOM.nextDouble() * 2 - 1);
    }
    return tensor;
  }

  /** A graph from {@code x} to one result; the result has the name of a value within. */
  private static Graph graph(TensorType x, BiFunction<BlockBuilder, GraphVar, GraphExpr> body) {
    BlockBuilder builder = new BlockBuilder();
    GraphVar input = GraphVar.of("x", x);
    builder.function(
        Graph.MAIN,
        List.of(input),
        () -> builder.emitFunctionOutput(List.of(body.apply(builder, input)), List.of("lv")));
    return builder.build();
  }

  static Stream<Arguments> graphs() {
    List<Arguments> all = new ArrayList<>();
    TensorType picture = TensorType.of(DType.FLOAT32, 2, 4, 6, 5);
    TensorType matrix = TensorType.of(DType.FLOAT32, 3, 4);
    add(
        all,
        "conv, relu, pools",
        picture,
        (b, x) -> {
          Window window =
              new Window(List.of(2L, 1L), List.of(1L, 0L), List.of(0L, 2L), List.of(1L, 2L));
          GraphExpr y = b.emit(new Conv(window, 2), x, constant("w", 6, 2, 3, 2), constant("b", 6));
          GraphExpr z = b.emit(new Unary(UnaryFunction.RELU), y);
          Window moves = Window.of(2, 1, 1, 1);
          return b.emit(
              new Concat(1),
              b.emit(new Pool(Pool.Reduction.MAX, List.of(2L, 3L), moves, false, false), z),
              b.emit(new Pool(Pool.Reduction.AVERAGE, List.of(2L, 3L), moves, false, true), z));
        });
    for (boolean a : new boolean[] {false, true}) {
      for (boolean t : new boolean[] {false, true}) {
        long[] right = t ? new long[] {5, a ? 3 : 4} : new long[] {a ? 3 : 4, 5};
        add(
            all,
            "matmul " + a + " " + t,
            matrix,
            (b, x) -> b.emit(new MatMul(a, t), x, constant("w", right)));
        long[] batch = {2, right[0], right[1]};
        add(
            all,
            "batched matmul " + a + " " + t,
            TensorType.of(DType.FLOAT32, 2, 3, 4),
            (b, x) -> b.emit(new MatMul(a, t), x, constant("x", batch)));
      }
    }
    for (Reduction reduction : Reduction.values()) {
      add(
          all,
          reduction.name(),
          picture,
          (b, x) ->
              b.emit(
                  new Softmax(0, true),
                  b.emit(new Reduce(reduction, List.of(1, 3), reduction == Reduction.MAX), x)));
    }
    add(
        all,
        "shapes and types",
        matrix,
        (b, x) -> {
          GraphExpr y = b.emit(new Transpose(List.of(1, 0)), x);
          GraphExpr z = b.emit(new Reshape(Shape.of(2, 6)), y);
          GraphExpr wide = b.emit(new Cast(DType.FLOAT64), z);
          GraphExpr sum = b.emit(new Binary(BinaryFunction.ADD), wide, wide);
          return b.emit(new Softmax(1, false), sum);
        });
    return all.stream();
  }

  private static void add(
      List<Arguments> all,
      String name,
      TensorType x,
      BiFunction<BlockBuilder, GraphVar, GraphExpr> body) {
    all.add(Arguments.of(name, graph(x, body)));
  }

  private static Map<String, Tensor> run(Graph graph, Tensor x) {
    Graph lowered = GraphPasses.run(graph, ConstantEvaluator.interpreter());
    return new GraphInterpreter(lowered).run(Map.of("x", x));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void computesTheSameWhenImportedAgain(String name, Graph graph) {
    Graph again = OnnxImporter.load(OnnxExporter.export(graph), name);
    Tensor x = random(graph.main().params().get(0).tensorType().shape().toLongs());
    Map<String, Tensor> expected = run(graph, x);
    Map<String, Tensor> actual = run(again, x);
    assertThat(actual).containsOnlyKeys("lv");
    assertThat(Objects.requireNonNull(actual.get("lv")).data().toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(
            Objects.requireNonNull(expected.get("lv")).data().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void symbolicSizesKeepTheirNames() {
    TensorType x =
        new TensorType(new Shape(List.of(IntExpr.symbol("n"), IntExpr.of(3))), DType.FLOAT32);
    Graph graph = graph(x, (b, v) -> b.emit(new Unary(UnaryFunction.EXP), v));
    Graph again = OnnxImporter.load(OnnxExporter.export(graph), "symbolic");
    assertThat(again.main().params().get(0).tensorType()).isEqualTo(x);
  }

  @Test
  void refusesWhatOnnxHasNoOperatorFor() {
    TensorType x = TensorType.of(DType.FLOAT32, 4);
    Graph tir =
        graph(
            x,
            (b, v) ->
                b.emitTe(
                    "twice",
                    in ->
                        Te.compute(
                            "y",
                            in.get(0).shape(),
                            i -> Expr.add(in.get(0).at(i), in.get(0).at(i))),
                    v));
    assertThatThrownBy(() -> OnnxExporter.export(tir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("twice");
    Graph gelu = graph(x, (b, v) -> b.emit(new Unary(UnaryFunction.GELU), v));
    assertThatThrownBy(() -> OnnxExporter.export(gelu)).hasMessageContaining("gelu");
  }
}
