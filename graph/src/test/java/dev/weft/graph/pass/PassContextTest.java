package dev.weft.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.graph.Graph;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PassContextTest {
  /** A pass that only says what it is. */
  private record Declared(
      String name,
      boolean required,
      int level,
      Set<String> after,
      Set<String> requires,
      List<PassSetting> settings,
      boolean onDemand)
      implements GraphPass {
    static Declared of(String name, int level) {
      return new Declared(name, false, level, Set.of(), Set.of(), List.of(), false);
    }

    Declared needed() {
      return new Declared(name, true, level, after, requires, settings, onDemand);
    }

    Declared behind(String... others) {
      return new Declared(name, required, level, Set.of(others), requires, settings, onDemand);
    }

    Declared requiring(String... others) {
      return new Declared(name, required, level, after, Set.of(others), settings, onDemand);
    }

    Declared onDemand(PassSetting setting) {
      return new Declared(name, required, level, after, requires, List.of(setting), true);
    }

    @Override
    public boolean wanted(PassSettings given) {
      return !onDemand || !given.choice(settings.getFirst().key()).equals("off");
    }

    @Override
    public Graph apply(Graph graph) {
      return graph;
    }
  }

  private static List<String> names(PassContext context, GraphPass... passes) {
    return context.select(List.of(passes)).stream().map(GraphPass::name).toList();
  }

  private static PassContext level(int level) {
    return new PassContext(level, Map.of(), Set.of());
  }

  private static PassContext without(String... names) {
    return new PassContext(3, Map.of(), Set.of(names));
  }

  @Test
  void aLevelRunsItsPassesAndThoseThatAreAlwaysNeeded() {
    GraphPass[] passes = {
      Declared.of("first", 3).needed(), Declared.of("cheap", 1), Declared.of("fusing", 2)
    };
    assertThat(names(level(0), passes)).containsExactly("first");
    assertThat(names(level(1), passes)).containsExactly("first", "cheap");
    assertThat(names(level(3), passes)).containsExactly("first", "cheap", "fusing");
    assertThat(names(without("cheap"), passes)).containsExactly("first", "fusing");
  }

  @Test
  void aRequiredPassRunsWhateverTheLevelAndCantBeLeftOut() {
    GraphPass[] passes = {
      Declared.of("a", 3), Declared.of("b", 3).requiring("a"), Declared.of("c", 1).requiring("b")
    };
    assertThat(names(level(1), passes)).containsExactly("a", "b", "c");
    assertThatThrownBy(() -> names(without("a"), passes))
        .isInstanceOf(PassOptionException.class)
        .hasMessageContainingAll("'a'", "'b'");
    assertThat(names(without("a", "b", "c"), passes)).isEmpty();
  }

  @Test
  void aPassThatRunsOnDemandWaitsForItsSetting() {
    GraphPass[] passes = {
      Declared.of("half", 0).onDemand(PassSetting.choice("dtype", "…", "off", "f16"))
    };
    assertThat(names(level(3), passes)).isEmpty();
    assertThat(names(new PassContext(0, Map.of("half.dtype", "f16"), Set.of()), passes))
        .containsExactly("half");
  }

  @Test
  void wrongNamesAndValuesAreRefusedWithThoseThatThereAre() {
    GraphPass[] passes = {
      Declared.of("first", 1).needed(),
      Declared.of("half", 0).onDemand(PassSetting.choice("dtype", "…", "off", "f16"))
    };
    assertThatThrownBy(() -> names(without("other"), passes))
        .hasMessageContainingAll("'other'", "half");
    assertThatThrownBy(() -> names(without("first"), passes)).hasMessageContaining("'first' can't");
    assertThatThrownBy(() -> names(new PassContext(3, Map.of("half.x", "1"), Set.of()), passes))
        .hasMessageContainingAll("'half.x'", "half.dtype");
    assertThatThrownBy(
            () -> names(new PassContext(3, Map.of("half.dtype", "f5"), Set.of()), passes))
        .hasMessageContainingAll("'f5'", "[off, f16]");
  }

  @Test
  void aListInTheWrongOrderIsAMistake() {
    assertThatThrownBy(() -> names(level(3), Declared.of("a", 1).behind("b"), Declared.of("b", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'a'", "[b]");
    assertThat(names(level(3), Declared.of("a", 1).behind("nobody"))).containsExactly("a");
  }

  @Test
  void theStandardListIsInOrder() {
    List<GraphPass> passes = GraphPasses.standard(ConstantEvaluator.interpreter());
    assertThat(PassContext.DEFAULT.select(passes)).isNotEmpty();
    assertThat(level(0).select(passes)).allMatch(GraphPass::required);
  }
}
