package dev.weft.graph.pattern;

import static dev.weft.graph.op.UnaryFunction.EXP;
import static dev.weft.graph.op.UnaryFunction.NEG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.pass.RemoveDeadCode;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What matches, what doesn't, and what becomes of it. */
class RewritePassTest {
  private final Pattern x = Pattern.any();

  private static Graph graph(BiFunction<BlockBuilder, GraphVar, GraphExpr> body) {
    BlockBuilder builder = new BlockBuilder();
    GraphVar x = GraphVar.of("x", TensorType.of(DType.FLOAT32, 4));
    builder.function(
        Graph.MAIN,
        List.of(x),
        () ->
            builder.emitFunctionOutput(
                builder.dataflow(() -> builder.emitOutput(body.apply(builder, x)))));
    return builder.build();
  }

  private static Pattern unary(UnaryFunction function, Pattern operand) {
    return Pattern.op(Unary.class, op -> op.function() == function, operand);
  }

  private static Unary op(UnaryFunction function) {
    return new Unary(function);
  }

  private static String operators(Graph graph, RewritePass pass) {
    Graph rewritten = new RemoveDeadCode().apply(pass.apply(graph));
    return rewritten.main().body().bindings().stream()
        .map(binding -> binding.value())
        .filter(GraphExpr.Call.class::isInstance)
        .map(value -> ((GraphExpr.Call) value).op().name())
        .toList()
        .toString();
  }

  private final RewritePass noDoubleNegation =
      new RewritePass(
          "no_double_negation", unary(NEG, unary(NEG, x)), (match, emit) -> match.get(x));

  @Test
  void aRuleRewritesThroughBindings() {
    Graph graph =
        graph(
            (b, input) ->
                b.emit(op(EXP), b.emit(op(NEG), b.emit(op(NEG), b.emit(op(EXP), input)))));
    assertThat(operators(graph, noDoubleNegation)).isEqualTo("[exp, exp]");
  }

  @Test
  void whatLooksOtherwiseStays() {
    Graph graph = graph((b, input) -> b.emit(op(NEG), b.emit(op(EXP), b.emit(op(NEG), input))));
    assertThat(operators(graph, noDoubleNegation)).isEqualTo("[neg, exp, neg]");
  }

  @Test
  void aPartThatOccursTwiceStandsForOneValue() {
    Pattern sum = Pattern.op(Binary.class, op -> op.function() == BinaryFunction.ADD, x, x);
    RewritePass doubled =
        new RewritePass(
            "doubled",
            sum,
            (match, emit) -> {
              Tensor two = Tensor.of(new float[] {2});
              return GraphExpr.Call.of(
                  new Binary(BinaryFunction.MULTIPLY),
                  List.of(match.get(x), new GraphExpr.Constant("", two.reshaped())));
            });
    Binary add = new Binary(BinaryFunction.ADD);
    assertThat(operators(graph((b, input) -> b.emit(add, input, input)), doubled))
        .isEqualTo("[multiply]");
    assertThat(operators(graph((b, input) -> b.emit(add, input, b.emit(op(EXP), input))), doubled))
        .isEqualTo("[exp, add]");
  }

  @Test
  void usesConditionsAndChoicesDecide() {
    Pattern inner = Pattern.either(unary(NEG, x), unary(EXP, x)).usedOnce();
    Pattern outer = unary(NEG, inner).where(value -> value.type().toString().startsWith("float32"));
    RewritePass pass =
        new RewritePass("outer", outer, (match, emit) -> emit.emit(op(EXP), match.get(x)));
    assertThat(operators(graph((b, i) -> b.emit(op(NEG), b.emit(op(EXP), i))), pass))
        .isEqualTo("[exp]");
    Graph shared =
        graph(
            (b, input) -> {
              GraphVar exp = b.emit(op(EXP), input);
              return b.emit(new Binary(BinaryFunction.ADD), b.emit(op(NEG), exp), exp);
            });
    assertThat(operators(shared, pass)).isEqualTo("[exp, neg, add]");
  }

  @Test
  void aRewritingThatChangesATypeIsAMistake() {
    RewritePass wrong =
        new RewritePass(
            "wrong",
            unary(NEG, x),
            (match, emit) -> GraphExpr.Call.of(new Cast(DType.INT32), List.of(match.get(x))));
    Graph graph = graph((b, input) -> b.emit(op(NEG), input));
    assertThatThrownBy(() -> wrong.apply(graph))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the pass wrong makes a int32[4]");
  }
}
