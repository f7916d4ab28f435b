package dev.weft.graph.structural;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.graph.Graph;
import dev.weft.graph.text.GraphParser;
import dev.weft.graph.text.RandomGraphs;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphEqualityTest {
  private static final String GRAPH =
      """
      def main(x: float32[n, 4], flag: bool[]) -> (y: float32[n, 4]):
        with dataflow -> gv:
          lv: float32[n, 4] = leaky_relu(x, alpha=0.5)
          lv1: float32[n, 4] = add(lv, const([1.0, 2.0, 3.0, 4.0]: float32[4]))
          gv: float32[n, 4] = reshape(lv1, shape=[n, 4])
        with effects:
          z: float32[n, 4] = if flag:
            yield gv
          else:
            yield x
        return z
      """;

  @ParameterizedTest
  @CsvSource({
    "x, `an input`",
    "lv, q",
    "lv1, gv2",
    "n, batch",
    "flag, f",
    "gv, g",
    "float32[n, float32[m"
  })
  void namesDoNotCount(String from, String to) {
    Graph renamed =
        GraphParser.parse(
            GRAPH
                .replaceAll("(?<![a-z_])" + from.replace("[", "\\[") + "(?![a-z_0-9])", to)
                .replaceAll(to.equals("float32[m") ? "shape=\\[n" : "$^", "shape=[m"));
    assertThat(GraphEquality.check(GraphParser.parse(GRAPH), renamed)).isEmpty();
    assertThat(GraphHash.of(renamed)).isEqualTo(GraphHash.of(GraphParser.parse(GRAPH)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alpha=0.5              | alpha=0.25",
        "leaky_relu             | elu",
        "add(lv, const          | add(x, const",
        "3.0, 4.0               | 3.0, 5.0",
        "yield x                | yield gv",
        "(y:                    | (result:",
        "def main               | def other",
        "leaky_relu(x, alpha=0.5) | relu(x)",
      })
  void everythingElseDoes(String from, String to) {
    Graph one = GraphParser.parse(GRAPH);
    Graph other = GraphParser.parse(GRAPH.replace(from, to));
    assertThat(GraphEquality.check(one, other)).isPresent();
    assertThat(GraphEquality.check(other, one)).isPresent();
    assertThat(GraphHash.of(one)).isNotEqualTo(GraphHash.of(other));
  }

  @Test
  void sizesAreToldApart() {
    Graph square = GraphParser.parse("def main(x: int8[n, n]) -> (y: int8[n, n]):\n  return x\n");
    Graph free = GraphParser.parse("def main(x: int8[n, m]) -> (y: int8[n, m]):\n  return x\n");
    assertThat(GraphEquality.equal(square, free)).isFalse();
    assertThat(GraphEquality.equal(free, square)).isFalse();
  }

  @Test
  void theMismatchNamesTheBinding() {
    assertThat(
            GraphEquality.check(
                GraphParser.parse(GRAPH), GraphParser.parse(GRAPH.replace("0.5", "0.25"))))
        .get()
        .hasToString("at main, the binding of 'lv': they differ: 0.5 against 0.25");
  }

  @Test
  void theOrderOfFunctionsDoesNotCount() {
    String one = "def one(x: int8[]) -> (y: int8[]):\n  return x\n";
    String two = "def two(x: int8[], z: int8[]) -> (y: int8[]):\n  return z\n";
    Graph a = GraphParser.parse(one + two);
    Graph b = GraphParser.parse(two + one);
    assertThat(GraphEquality.equal(a, b)).isTrue();
    assertThat(Map.of(GraphHash.of(a), "a")).containsKey(GraphHash.of(b));
  }

  @Property(tries = 50)
  void differentSeedsGiveDifferentGraphs(@ForAll long seed) {
    Graph a = RandomGraphs.of(seed);
    Graph b = RandomGraphs.of(seed + 1);
    assertThat(GraphEquality.equal(a, RandomGraphs.of(seed))).isTrue();
    assertThat(GraphEquality.equal(a, b)).isEqualTo(GraphHash.of(a) == GraphHash.of(b));
  }
}
