package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

class AlignVectorsTest {
  @Test
  void whatIsAlignedStaysWhole() {
    assertThat(lowered("cuda:sm_80", 64, 0))
        .contains("B[tx * 4:tx * 4 + 4] = A[tx * 4:tx * 4 + 4]");
  }

  @Test
  void whatIsNotIsSplitIntoTheLongestPartsThatAre() {
    assertThat(lowered("cuda:sm_80", 64, 2))
        .contains("T.Shuffle([A[tx * 4 + 2:tx * 4 + 2 + 2], A[tx * 4 + 4:tx * 4 + 4 + 2]], [0, 1");
    assertThat(lowered("cuda:sm_80", 64, 1))
        .contains("T.Shuffle([A[tx * 4 + 1], A[tx * 4 + 2], A[tx * 4 + 3], A[tx * 4 + 4]], [0, 1");
  }

  @Test
  void targetsThatLoadVectorsFromAnywhereKeepThem() {
    assertThat(lowered("opencl", 64, 1)).contains("= A[tx * 4 + 1:tx * 4 + 1 + 4]");
  }

  private static String lowered(String target, int threads, int shift) {
    String function =
        """
        @T.prim_func
        def shifted(A: T.Buffer((%2$d,), "float32"), B: T.Buffer((%3$d,), "float32")):
            for b in T.thread_binding(1, thread="blockIdx.x"):
                for i in T.thread_binding(%1$d, thread="threadIdx.x"):
                    for j in T.vectorized(4):
                        with T.block("B"):
                            v = T.axis.spatial(%3$d, i * 4 + j)
                            B[v] = A[v + %4$d]
        """
            .formatted(threads, threads * 4 + shift, threads * 4, shift);
    return TvmScript.print(
        Lowering.lower(TvmScript.parseFunction(function), Target.parse(target))
            .launches()
            .get(0)
            .kernel());
  }
}
