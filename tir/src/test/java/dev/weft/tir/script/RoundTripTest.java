package dev.weft.tir.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import dev.weft.tir.testing.RandomFunctions;
import dev.weft.tir.testing.RandomIr;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is printed reads back to the same function, whatever the function. */
class RoundTripTest {
  private static void check(PrimFunc function) {
    for (Dialect dialect : Dialect.values()) {
      String text = TvmScript.print(function, PrintOptions.DEFAULT.in(dialect));
      PrimFunc again = TvmScript.parseFunction(text);
      assertThat(StructuralEqual.check(function, again)).as(text).isEmpty();
      assertThat(StructuralHash.of(again)).as(text).isEqualTo(StructuralHash.of(function));
    }
  }

  @Property(tries = 200, seed = "20")
  void functionsThatComputeSomething(@ForAll long seed) {
    check(RandomFunctions.of(seed));
  }

  @Property(tries = 500, seed = "20")
  void anyIr(@ForAll long seed) {
    check(RandomIr.of(seed));
  }
}
