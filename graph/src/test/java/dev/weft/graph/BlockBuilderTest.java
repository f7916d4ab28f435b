package dev.weft.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockBuilderTest {
  private static final TensorType SQUARE = TensorType.of(DType.FLOAT32, 2, 2);

  private static dev.weft.tir.te.Tensor teMatmul(
      dev.weft.tir.te.Tensor a, dev.weft.tir.te.Tensor b) {
    ReduceAxis k = Te.reduceAxis(a.dim(1), "k");
    return Te.reduce(
        "matmul",
        List.of(a.dim(0), b.dim(1)),
        i -> Te.sum(Expr.mul(a.at(i.get(0), k.var()), b.at(k.var(), i.get(1))), k));
  }

  private static dev.weft.tir.te.Tensor teRelu(dev.weft.tir.te.Tensor a) {
    return Te.compute("relu", a.shape(), i -> Expr.max(a.at(i), Expr.imm(a.dtype(), 0)));
  }

  @Test
  void emitsTensorExpressionsAsFunctions() {
    BlockBuilder builder = new BlockBuilder();
    GraphVar a = GraphVar.of("A", SQUARE);
    GraphVar b = GraphVar.of("B", SQUARE);
    builder.function(
        Graph.MAIN,
        List.of(a, b),
        () -> {
          GraphVar result =
              builder.dataflow(
                  () -> {
                    GraphVar c =
                        builder.emitTe("te_matmul", t -> teMatmul(t.get(0), t.get(1)), a, b);
                    assertThat(c.isDataflow()).isTrue();
                    GraphVar d = builder.emitTe("te_relu", t -> teRelu(t.get(0)), c);
                    return builder.emitOutput(d);
                  });
          builder.emitFunctionOutput(result);
        });
    Graph graph = builder.build();
    assertThat(graph.primFuncs().functions().keySet()).containsExactly("te_matmul", "te_relu");
    assertThat(graph.main().body().bindings().stream().map(binding -> binding.var().name()))
        .containsExactly("lv", "lv1", "gv");
    Graph lowered = GraphPasses.run(graph, ConstantEvaluator.interpreter());
    Map<String, Tensor> results =
        new GraphInterpreter(lowered)
            .run(
                Map.of(
                    "A", Tensor.of(new float[] {1, 2, 3, -4}, 2, 2),
                    "B", Tensor.of(new float[] {1, 0, 0, 1}, 2, 2)));
    assertThat(results.values().iterator().next().toFloats()).containsExactly(1, 2, 3, 0);
  }

  @Test
  void theSameExpressionOnOtherShapesIsAnotherFunction() {
    BlockBuilder builder = new BlockBuilder();
    IntExpr n = IntExpr.symbol("n");
    GraphVar a = GraphVar.of("a", new TensorType(new Shape(List.of(n)), DType.FLOAT32));
    GraphVar b = GraphVar.of("b", SQUARE);
    builder.function(
        Graph.MAIN,
        List.of(a, b),
        () -> {
          GraphVar first = builder.emitTe("te_relu", t -> teRelu(t.get(0)), a);
          GraphVar second = builder.emitTe("te_relu", t -> teRelu(t.get(0)), b);
          assertThat(first.type()).hasToString("float32[n]");
          builder.emitFunctionOutput(first, second);
        });
    assertThat(builder.build().primFuncs().functions().keySet())
        .containsExactly("te_relu", "te_relu1");
  }

  @Test
  void misuseIsRefused() {
    BlockBuilder builder = new BlockBuilder();
    GraphVar x = GraphVar.of("x", SQUARE);
    assertThatThrownBy(() -> builder.emit(new Unary(UnaryFunction.RELU), x))
        .hasMessageContaining("outside a function");
    assertThatThrownBy(
            () ->
                builder.function(
                    "twice",
                    List.of(x),
                    () -> {
                      builder.emitFunctionOutput(x);
                      builder.emitFunctionOutput(x);
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("second time");
    assertThatThrownBy(() -> builder.function("none", List.of(x), () -> {}))
        .hasMessageContaining("without emitFunctionOutput");
  }

  @Test
  void aDataflowVariableBehindItsBlockIsNamed() {
    BlockBuilder builder = new BlockBuilder();
    GraphVar x = GraphVar.of("x", SQUARE);
    builder.function(
        Graph.MAIN,
        List.of(x),
        () ->
            builder.emitFunctionOutput(
                builder.dataflow(() -> builder.emit(new Unary(UnaryFunction.RELU), x))));
    assertThatThrownBy(builder::build)
        .isInstanceOf(WellFormed.IllFormedException.class)
        .hasMessageContaining("'lv', which is out of scope");
  }

  @Test
  void printsWhatItBuilt() {
    BlockBuilder builder = new BlockBuilder();
    GraphVar x = GraphVar.of("x", SQUARE);
    builder.function(
        Graph.MAIN,
        List.of(x),
        () -> {
          GraphVar y =
              builder.dataflow(
                  () -> {
                    GraphVar product = builder.emit(new MatMul(), x, x);
                    return builder.emitOutput(
                        "y", builder.emit(new Unary(UnaryFunction.RELU), product));
                  });
          builder.emitFunctionOutput(List.of(y), List.of("y"));
        });
    assertThat(builder.build())
        .hasToString(
            """
            def main(x: float32[2, 2]) -> (y: float32[2, 2]):
              with dataflow -> y:
                lv: float32[2, 2] = matmul(x, x, transposeA=false, transposeB=false)
                lv1: float32[2, 2] = relu(lv)
                y: float32[2, 2] = lv1
              return y
            """);
  }
}
