package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindParallelLoopsTest {
  private static final Target TARGET = Target.parse("simt");

  private static PrimFunc nest(String outer, String inner) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((16, 8), "float32"), B: T.Buffer((16, 8), "float32")):
            for i in %s:
                for j in %s:
                    with T.block("B"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        B[vi, vj] = A[vi, vj] + T.float32(1)
        """
            .formatted(outer, inner));
  }

  @Test
  void outermostParallelLoopBecomesTheGrid() {
    PrimFunc actual =
        new BindParallelLoops().apply(nest("T.parallel(16)", "T.parallel(8)"), TARGET);
    PrimFunc expected = nest("T.thread_binding(16, thread=\"blockIdx.x\")", "range(8)");
    assertThat(StructuralEqual.check(actual, expected)).isEmpty();
  }

  @Test
  void serialAndBoundNestsAreLeftAlone() {
    for (PrimFunc function :
        new PrimFunc[] {
          nest("range(16)", "range(8)"),
          nest("range(16)", "T.thread_binding(8, thread=\"threadIdx.x\")")
        }) {
      assertThat(new BindParallelLoops().apply(function, TARGET)).isEqualTo(function);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "T.parallel(16); range(8); 16",
        "range(16); T.parallel(8); 1",
        "T.parallel(16); T.parallel(8); 16",
        "T.thread_binding(16, thread='blockIdx.x'); T.parallel(8); 16"
      })
  void parallelNestsAreKernels(String outer, String inner, long blocks) {
    PrimFunc function = nest(outer.replace('\'', '"'), inner);
    assertThat(Lowering.lower(function, TARGET).launches().getFirst().geometry().grid().get(0))
        .hasToString(Long.toString(blocks));
    assertThat(SimtChecks.problems(nest("range(16)", "range(8)"), function, TARGET)).isEmpty();
  }
}
