package dev.weft.graph.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.WellFormed;
import dev.weft.graph.custom.CustomOperator;
import dev.weft.graph.custom.NodeAttributes;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.graph.pass.PassContext;
import dev.weft.graph.structural.GraphEquality;
import dev.weft.graph.structural.GraphHash;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTextTest {
  /** Every kind of node. */
  private static final String EVERYTHING =
      """
      @Primitive(int32(1))
      @Composite("library.\\"matmul\\"")
      def helper(p: float32[n, 4]) -> (q: float32[n, 4]):
        with dataflow -> q:
          q: float32[n, 4] = tanh(p)
        return q
      def main(`gpu_0/x`: float32[n, 4], flag: bool[], sizes_of: int64[2]) -> (y: float32[n, 4], `a b`: float32[m]):
        with dataflow -> gv:
          lv: float32[n, 4] = leaky_relu(`gpu_0/x`, alpha=0.01)
          lv1: float32[n, 4] = multiply(lv, const([1.0, NaN, -Infinity, -0.0]: float32[4]))
          pair: (float32[n, 4], float32[n, 4]) = (lv, lv1)
          gv: float32[n, 4] = pair[1]
        with effects:
          told: float32[n, 4] = call_packed("tell", (gv), [float32[n, 4]], attributes=(how="loud"))
          called: float32[n, 4] = call(helper, (told))
          bound: shape[m] = bind_sizes("node 'k'", k=sizes_of[1], m=(k + 1), check((k + 1), "k is -1"))
          chosen: float32[n, 4] = if flag:
            with dataflow -> t:
              t: float32[n, 4] = sigmoid(called)
            yield t
          else:
            yield called
          looped: (float32[n, 4], float32[3, n, 4]) = loop (c: float32[n, 4]) from (chosen) for i < 3 while flag:
            with dataflow -> next:
              next: float32[n, 4] = add(c, c)
            yield flag, next, c
          last: float32[n, 4] = looped[0]
          filled: float32[m] = expand(const([2.0]: float32[]), shape=[m])
        return last, filled
      """;

  @Test
  void everyKindOfNodeReadsBack() {
    Graph graph = GraphParser.parse(EVERYTHING);
    assertThat(GraphPrinter.print(graph)).isEqualTo(EVERYTHING);
    assertThat(graph.main().params().getFirst().name()).isEqualTo("gpu_0/x");
    assertThat(graph.main().body().blocks().getFirst().bindings().get(3).var().isDataflow())
        .isFalse();
    assertThat(graph.function("helper").isPrimitive()).isTrue();
  }

  @Property(tries = 150)
  void whatIsPrintedReadsBackToTheSame(@ForAll long seed) {
    readsBack(RandomGraphs.of(seed));
  }

  @Property(tries = 5)
  void soDoesTheGraphBehindEachPass(@ForAll long seed) {
    GraphPasses.run(
        RandomGraphs.of(seed),
        GraphPasses.standard(ConstantEvaluator.interpreter()),
        PassContext.DEFAULT,
        (pass, graph) -> readsBack(graph));
  }

  private static void readsBack(Graph graph) {
    GraphText text = GraphPrinter.text(graph);
    Graph read = GraphParser.parse(text);
    assertThat(GraphEquality.check(graph, read)).as(text.text()).isEmpty();
    assertThat(GraphHash.of(read)).isEqualTo(GraphHash.of(graph));
    assertThat(GraphPrinter.text(read).text()).isEqualTo(text.text());
  }

  @Test
  void anApplicationsOperatorNeedsItsDefinition() {
    OperatorDefinition scale =
        new OperatorDefinition(
            "scale_it",
            (operands, attributes) -> operands.getFirst(),
            new OperatorDefinition.Body.Expression(
                (call, attributes) ->
                    Te.compute(
                        "scaled",
                        call.shape(),
                        axes ->
                            Expr.mul(
                                call.at(0, axes.list()),
                                Expr.imm(DType.FLOAT32, attributes.number("by", 1))))));
    TensorType type = TensorType.of(DType.FLOAT32, 3);
    NodeAttributes attributes =
        new NodeAttributes(
            Map.of(
                "by",
                2.5,
                "axis",
                -1L,
                "mode",
                "so \"so\"",
                "list",
                List.of(1L, 2L),
                "table",
                Tensor.of(new float[20], 20)));
    BlockBuilder builder = new BlockBuilder();
    GraphVar x = GraphVar.of("x", type);
    builder.function(
        Graph.MAIN,
        List.of(x),
        () ->
            builder.emitFunctionOutput(
                builder.emit(CustomOperator.of(scale, attributes, List.of(type)), x)));
    Graph graph = builder.build();
    GraphText text = GraphPrinter.text(graph);
    assertThat(text.text()).contains("custom.scale_it(x, axis=-1, by=2.5, list=[1, 2], mode=");
    Graph read = GraphParser.parse(text, List.of(scale), List.of());
    assertThat(GraphEquality.check(graph, read)).isEmpty();
    assertThatThrownBy(() -> GraphParser.parse(text))
        .isInstanceOf(GraphTextException.class)
        .hasMessageContaining("the operator 'scale_it' has no definition");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "y: float32[3] = nonsense(x)  | 2 | there is no operator 'nonsense'  | nonsense",
        "y: float32[3] = relu(x, a=1) | 2 | no operator 'relu' with the attributes [a] | relu",
        "y: float32[3] = relu(z)      | 2 | the variable 'z' is not bound before this | z",
        "y: float32[4] = relu(x)      | 2 | the value is a float32[3]        | relu",
        "y: float32[3] = add(x)       | 2 | takes 2 operands                 | add",
        "x: float32[3] = relu(x)      | 2 | 'x' is bound a second time       | x",
        "y: float33[3] = relu(x)      | 2 | expected an element type         | float33",
        "y: float32[+] = relu(x)      | 2 | expected a size                  | +",
        "y: float32[3] = relu(x       | 3 | expected ')'                     | ~~",
        "y: float32[3] = relu(x) x    | 2 | expected the end of the line     | x",
        "y: float32[3] = relu(`x)     | 2 | the quotes are not closed        | `x)",
        "y: float32[3] = elu(x, alpha=no) | 2 | expected a number            | no",
        "y: float32[3] = cast(x, dtype=5) | 2 | expected an element type     | 5",
        "y: float32[3] = const(w: float32[3]) | 2 | 'w' was not given        | w",
        "y: float32[3] = const([1.0]: float32[3]) | 2 | 1 elements don't make | const([1.0]:"
            + " float32[3])",
        "y: float32[3] = x[0]         | 2 | must be a tuple                  | x",
        "y: float32[3] = x ? x        | 2 | '?' has no meaning               | ?",
        "y: float32[3] = if x         | 2 | expected ':'                     | ~~",
        "y float32[3] = relu(x)       | 2 | expected ':', found 'float32'    | float32",
      })
  void aMistakeIsShownInItsLine(String line, int number, String message, String underlined) {
    String text =
        "def main(x: float32[3]) -> (y: float32[3]):\n  with effects: \n    "
            + line
            + "\n  return y\n";
    GraphTextException error =
        catchThrowableOfType(GraphTextException.class, () -> GraphParser.parse(text));
    assertThat(error).as(line).hasMessageContaining(message);
    assertThat(error.line()).isEqualTo(number + 1);
    String[] excerpt = error.excerpt().split("\n", -1);
    int begin = excerpt[1].indexOf('^');
    assertThat(begin).isEqualTo(error.column() - 1);
    if (!underlined.isEmpty()) {
      assertThat(excerpt[0].substring(begin, excerpt[1].length())).isEqualTo(underlined);
    }
  }

  @Test
  void whatIsReadIsChecked() {
    String text =
        """
        def main(x: float32[3]) -> (y: float32[3]):
          with dataflow:
            y: float32[3] = relu(x)
          return y
        """;
    assertThatThrownBy(() -> GraphParser.parse(text))
        .isInstanceOf(WellFormed.IllFormedException.class)
        .hasMessageContaining("'y', which is out of scope");
    assertThatThrownBy(() -> GraphParser.parse(text.replace("dataflow", "dataflow -> z")))
        .hasMessageContaining("the block does not bind 'z'");
    assertThatThrownBy(
            () ->
                GraphParser.parse(
                    "def main() -> (y: float32[]):\n  return const([1]: float64[])\n"))
        .hasMessageContaining("returns a float64[]");
  }

  @Test
  void constantsOfTheSameNameAreToldApart() {
    BlockBuilder builder = new BlockBuilder();
    builder.function(
        Graph.MAIN,
        List.of(),
        () ->
            builder.emitFunctionOutput(
                new GraphExpr.Constant("w", Tensor.of(new float[9], 9)),
                new GraphExpr.Constant("w", Tensor.of(new int[9], 9))));
    GraphText text = GraphPrinter.text(builder.build());
    assertThat(text.constants()).containsOnlyKeys("w", "w_1");
    readsBack(builder.build());
  }
}
