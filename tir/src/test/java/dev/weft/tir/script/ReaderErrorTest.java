package dev.weft.tir.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class ReaderErrorTest {
  private static ScriptException error(String text) {
    ScriptException error =
        catchThrowableOfType(ScriptException.class, () -> TvmScript.parseModule(text, "kernel.py"));
    assertThat(error).as("'%s' was read without error", text).isNotNull();
    return error;
  }

  private static String function(String... lines) {
    return "@T.prim_func\ndef main(A: T.Buffer((8, 8), \"float32\")):\n    "
        + String.join("\n    ", lines)
        + "\n";
  }

  @Test
  void theMessageShowsFileLineAndCarets() {
    assertThat(error(function("for i in range(8):", "    A[i, 0] = T.exq(A[i, 0])")))
        .hasMessage(
            """
            kernel.py:4:19: T.exq is not known here; did you mean T.exp?
                    A[i, 0] = T.exq(A[i, 0])
                              ^^^^^\
            """);
  }

  @Test
  void namesThatAreNotDefined() {
    assertThat(error(function("A[0, j] = 1")))
        .hasMessage(
            """
            kernel.py:3:10: 'j' is not defined here; define it before, or mend the spelling
                A[0, j] = 1
                     ^\
            """);
  }

  @Test
  void syntax() {
    assertThat(error(function("A[0, 0 = 1")))
        .hasMessageStartingWith("kernel.py:3:12: found '='; expected ']' or ',' in the indices");
    assertThat(error(function("for i range(4):", "    pass")))
        .hasMessageStartingWith("kernel.py:3:11: found 'range'; expected 'in' behind");
    assertThat(error(function("for i in range(4):", "pass")))
        .hasMessageStartingWith("kernel.py:4:5: found 'pass'; expected an indented body");
    assertThat(error(function("A[0, 0] = \"abc")))
        .hasMessageStartingWith("kernel.py:3:15: the string has no end");
    assertThat(error(function("if True:", "      pass", "   pass")))
        .hasMessageStartingWith("kernel.py:5:8: the indentation fits no line before");
    assertThat(error(function("A[0, 0] = 1 ?")))
        .hasMessageStartingWith("kernel.py:3:17: '?' has no meaning here");
  }

  @Test
  void shapesAndTypes() {
    assertThat(error(function("A[0] = 1")))
        .hasMessageStartingWith("kernel.py:3:5: 'A' has 2 dimensions, not 1");
    assertThat(error(function("A[A[0, 0], 0] = 1")))
        .hasMessageContaining("index 0 must be an integer scalar, got float32");
    assertThat(error(function("for i in range(4):", "    A[i, i / 2] = 1")))
        .hasMessageStartingWith("kernel.py:4:14: integers have several divisions; write //");
    assertThat(error(function("if 3:", "    pass")))
        .hasMessageStartingWith("kernel.py:3:8: the condition has type int32; expected a bool");
    assertThat(error(function("B = T.alloc_buffer((4,), \"flot32\")")))
        .hasMessageContaining("'flot32' is no dtype");
    assertThat(error(function("B = T.alloc_buffer((4,), scope=\"sharde\")")))
        .hasMessageContaining("'sharde' is no storage scope");
    assertThat(error(function("for i in T.thread_binding(4, thread=\"threadIdx.w\"):", "    pass")))
        .hasMessageContaining("'threadIdx.w' is not a thread axis");
  }

  @Test
  void blocks() {
    assertThat(error(function("T.reads(A[0, 0])")))
        .hasMessageStartingWith("kernel.py:3:5: T.reads stands outside of blocks");
    assertThat(
            error(function("with T.block(\"b\"):", "    v = T.axis.spatial(8)", "    A[v, v] = 1")))
        .hasMessageContaining("axis 'v' is bound to nothing");
    assertThat(
            error(
                function(
                    "for i in range(8):",
                    "    with T.block(\"b\"):",
                    "        v, w = T.axis.remap(\"S\", [i])",
                    "        A[v, v] = 1")))
        .hasMessageContaining("2 axes, 1 kinds and 1 loops");
    assertThat(error(function("with T.bloc(\"b\"):", "    pass")))
        .hasMessageContaining("T.bloc opens no scope");
  }

  @Test
  void arguments() {
    assertThat(error(function("T.evaluate(T.Select(True, 1))")))
        .hasMessageContaining("T.Select lacks 'false_value'");
    assertThat(error(function("B = T.alloc_buffer((4,), alignment=4)")))
        .hasMessageContaining("has no argument 'alignment'");
    assertThat(error(function("for i, j in T.grid(4):", "    pass")))
        .hasMessageContaining("2 variables for 1 loops");
  }

  @Test
  void theOutermostLevel() {
    assertThat(error("x = 1\n")).hasMessageContaining("the text has modules []");
    assertThat(error("def main():\n    pass\n"))
        .hasMessageContaining("this is not marked as @T.prim_func");
    assertThat(error("print(1)\n")).hasMessageContaining("a statement outside of functions");
    assertThat(error("")).hasMessageContaining("expected one class with @I.ir_module");
  }
}
