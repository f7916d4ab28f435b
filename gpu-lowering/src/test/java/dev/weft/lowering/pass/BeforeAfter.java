package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Pass;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;

/** A pass, checked by functions in TVMScript before and after it. */
record BeforeAfter(Pass pass) {
  private static final Target TARGET = Target.parse("simt");

  /** What the pass makes of a function. */
  PrimFunc of(String function) {
    return pass.apply(TvmScript.parseFunction(function), TARGET);
  }

  /** Checks that a function becomes another one, names of variables apart. */
  void assertBecomes(String before, String after) {
    PrimFunc actual = of(before);
    assertThat(StructuralEqual.check(actual, TvmScript.parseFunction(after)))
        .as(TvmScript.print(actual))
        .isEmpty();
  }

  /** Checks that the pass leaves a function as it is. */
  void assertUnchanged(String function) {
    assertBecomes(function, function);
  }
}
