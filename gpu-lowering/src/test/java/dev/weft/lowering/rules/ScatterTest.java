package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values in memory decide what is stored to, the last of several stores to a place wins. */
class ScatterTest {
  private static final String SIMT = "simt";
  private static final String CPU = "opencl:cpu";

  /** Twelve rows go to seven. */
  private static PrimFunc scatter(String... body) {
    return TvmScript.parseFunction(
        """
        # from tvm.script import tir as T

        @T.prim_func
        def main(I: T.Buffer((12,), "int32"), A: T.Buffer((12, 64), "float32"), \
        C: T.Buffer((7, 64), "float32")):
            for i, j in T.grid(12, 64):
                with T.block("C"):
        """
            + "            "
            + String.join("\n            ", body)
            + "\n");
  }

  private static void check(PrimFunc function, String target) {
    Target parsed = Target.parse(target);
    PrimFunc scheduled = DefaultSchedules.apply(function, parsed);
    assertThat(SimtChecks.problems(function, scheduled, parsed))
        .as("%s", TvmScript.print(scheduled))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {SIMT, CPU})
  void rowsThatMayCollideAreStoredInOrder(String target) {
    check(scatter("vi, vj = T.axis.remap(\"SS\", [i, j])", "C[I[vi] + 3, vj] = A[vi, vj]"), target);
  }

  @ParameterizedTest
  @ValueSource(strings = {SIMT, CPU})
  void anUpdateOfWhatIsThereIsMadeInOrder(String target) {
    check(
        scatter(
            "vi, vj = T.axis.remap(\"SS\", [i, j])",
            "C[I[vi] + 3, vj] = C[I[vi] + 3, vj] * T.float32(0.5) + A[vi, vj]"),
        target);
  }

  @ParameterizedTest
  @ValueSource(strings = {SIMT, CPU})
  void aPlaceMayComeThroughAVariable(String target) {
    check(
        scatter(
            "vi, vj = T.axis.remap(\"SS\", [i, j])",
            "row: T.int32 = I[vi] + 3",
            "C[row, (vj + row) % 64] = A[vi, vj]"),
        target);
  }
}
