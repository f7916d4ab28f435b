package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a schedule must have made of a function. */
final class Structure {
  private Structure() {}

  /**
   * Compares the body of a function with a text: the same statements, up to the simplification of
   * indices, with the same names of loops and blocks.
   *
   * @param expected the body as TVMScript, from the root block's allocations on
   */
  static void assertBody(PrimFunc function, String expected) {
    String printed = TvmScript.print(function);
    List<String> header =
        printed.lines().takeWhile(line -> !line.contains("T.block(\"root\")")).toList();
    assertThat(printed.lines().count()).as("an implicit root").isGreaterThan(header.size());
    String text = header.stream().collect(Collectors.joining("\n", "", "\n")) + expected.indent(4);
    assertSame(function, TvmScript.parseFunction(text));
  }

  /**
   * Compares a function with the text of {@code /course/NAME.py}, in the same way.
   *
   * @param name of the resource
   */
  static void assertSame(PrimFunc function, String name) {
    try (InputStream file = Structure.class.getResourceAsStream("/course/" + name + ".py")) {
      byte[] text = Objects.requireNonNull(file, name).readAllBytes();
      assertSame(function, TvmScript.parseFunction(new String(text, StandardCharsets.UTF_8), name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSame(PrimFunc function, PrimFunc wanted) {
    Analyzer analyzer = new Analyzer();
    StructuralEqual.Options options =
        StructuralEqual.Options.STRICT.upTo(analyzer::simplify).telling(analyzer::bind);
    StructuralEqual.check(function, wanted, options)
        .ifPresent(
            mismatch ->
                assertThat(TvmScript.print(function))
                    .as("%s", mismatch)
                    .isEqualTo(TvmScript.print(wanted)));
    assertThat(StructuralEqual.check(function, wanted, options)).isEmpty();
    assertThat(names(function)).isEqualTo(names(wanted));
  }

  /** The names of loops and blocks, in the order of the text. */
  static List<String> names(PrimFunc function) {
    List<String> names = new ArrayList<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        switch (node) {
          case Stmt.For loop -> names.add(loop.var().name());
          case Stmt.BlockRealize realize -> names.add("block " + realize.block().name());
          default -> {}
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return names;
  }
}
