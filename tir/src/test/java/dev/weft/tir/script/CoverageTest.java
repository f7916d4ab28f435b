package dev.weft.tir.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every construct of the script language: what is read of it, and what is said of mistakes. */
class CoverageTest {
  static List<Sections.Section> constructs() {
    return Sections.of("/script/coverage.txt");
  }

  static List<Sections.Section> mistakes() {
    return Sections.of("/script/errors.txt");
  }

  @ParameterizedTest
  @MethodSource("constructs")
  void isReadAndPrinted(Sections.Section section) {
    IRModule module = TvmScript.parseModule(section.text(), section.name());
    String printed = TvmScript.print(module);
    assertThat(printed.substring(printed.indexOf("class Module:\n") + 14))
        .isEqualTo(section.expected());
    for (Dialect dialect : Dialect.values()) {
      String text = TvmScript.print(module, PrintOptions.DEFAULT.in(dialect));
      IRModule again = TvmScript.parseModule(text);
      assertThat(StructuralEqual.check(module, again)).as(text).isEmpty();
      assertThat(StructuralHash.of(again)).isEqualTo(StructuralHash.of(module));
      assertThat(TvmScript.print(again, PrintOptions.DEFAULT.in(dialect))).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isRefusedWithTheReason(Sections.Section section) {
    ScriptException error =
        catchThrowableOfType(
            ScriptException.class, () -> TvmScript.parseModule(section.text(), "kernel.py"));
    assertThat(error).as("it was read").isNotNull();
    assertThat(error.getMessage() + "\n").isEqualTo(section.expected());
  }

  private static final String HEAD =
      "@T.prim_func\ndef main(A: T.Buffer((16,), \"float32\")):\n    A[1] = ";

  @ParameterizedTest
  @ValueSource(ints = {100, 3000})
  void deepNesting(int depth) {
    for (String expression :
        List.of(
            "A[0]" + " + A[0]".repeat(depth),
            "(".repeat(depth) + "A[0]" + ")".repeat(depth),
            "-".repeat(depth) + "A[0]")) {
      PrimFunc function = TvmScript.parseFunction(HEAD + expression + "\n");
      PrimFunc again = TvmScript.parseFunction(TvmScript.print(function));
      assertThat(StructuralEqual.check(function, again)).isEmpty();
      assertThat(StructuralHash.of(again)).isEqualTo(StructuralHash.of(function));
    }
  }

  @Test
  void deepLoops() {
    StringBuilder text =
        new StringBuilder("@T.prim_func\ndef main(A: T.Buffer((16,), \"float32\")):\n");
    for (int i = 0; i < 400; i++) {
      text.append(" ".repeat(i + 1)).append("for i").append(i).append(" in T.serial(1, 2):\n");
    }
    text.append(" ".repeat(401)).append("A[0] = T.float32(1)\n");
    PrimFunc function = TvmScript.parseFunction(text.toString());
    PrimFunc again = TvmScript.parseFunction(TvmScript.print(function));
    assertThat(StructuralEqual.check(function, again)).isEmpty();
  }
}
