package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.lowering.simt.SimtCounts;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Padding and swizzles: shared memory without bank conflicts. */
class SwizzleSharedMemoryTest {
  private static final Target TARGET = Target.parse("simt");

  /** A transpose of a tile of 32 rows through shared memory, the block that fills it annotated. */
  private static PrimFunc tile(int columns, String dtype, String annotation) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((32, %1$s), "%2$s"), B: T.Buffer((%1$s, 32), "%2$s")):
            S = T.alloc_buffer((32, %1$s), "%2$s", scope="shared")
            for b in T.thread_binding(1, thread="blockIdx.x"):
                for i in range(32):
                    for o in range(%3$s):
                        for t in T.thread_binding(32, thread="threadIdx.x"):
                            with T.block("S"):
                                vi = T.axis.spatial(32, i)
                                vj = T.axis.spatial(%1$s, o * 32 + t)
                                T.where(o * 32 + t < %1$s)
                                %4$s
                                S[vi, vj] = A[vi, vj]
                for j in range(%1$s):
                    for t in T.thread_binding(32, thread="threadIdx.x"):
                        with T.block("B"):
                            vj, vi = T.axis.remap("SS", [j, t])
                            B[vj, vi] = S[vi, vj]
        """
            .formatted(columns, dtype, (columns + 31) / 32, annotation));
  }

  private static final String NONE = "T.block_attr({})";
  private static final String PERMUTED = "T.block_attr({\"permuted_layout\": 1})";

  private static SimtCounts counts(PrimFunc function) {
    return SimtChecks.counts(function, TARGET).getFirst();
  }

  @ParameterizedTest
  @CsvSource({
    "32, float32, 8",
    "64, float32, 8",
    "64, float16, 8",
    "16, float32, 4",
    "8, float32, 2",
    "128, int8, 8",
    "16, float64, 8"
  })
  void columnsAreReadWithFewerConflicts(int columns, String dtype, int pieces) {
    PrimFunc plain = tile(columns, dtype, NONE);
    PrimFunc permuted = tile(columns, dtype, PERMUTED);
    assertThat(SimtChecks.problems(plain, permuted, TARGET)).isEmpty();
    long before = counts(plain).sharedLoads().wavefronts();
    long after = counts(permuted).sharedLoads().wavefronts();
    // Rows that lie in one bank are spread over as many places as a row has pieces.
    assertThat(after).isLessThanOrEqualTo(Math.ceilDiv(before, Math.min(pieces, 4)));
    assertThat(counts(permuted).sharedStores().bankConflicts())
        .isEqualTo(counts(plain).sharedStores().bankConflicts());
  }

  @Test
  void paddedRowsHaveNoConflicts() {
    PrimFunc padded = tile(32, "float32", "T.block_attr({\"buffer_dim_align\": [[0, 0, 32, 1]]})");
    assertThat(SimtChecks.problems(tile(32, "float32", NONE), padded, TARGET)).isEmpty();
    assertThat(counts(tile(32, "float32", NONE)).sharedLoads().bankConflicts()).isEqualTo(32 * 31);
    assertThat(counts(padded).sharedLoads().bankConflicts()).isZero();
  }

  @Test
  void rowsThatPiecesDoNotFillAreRefused() {
    assertThatThrownBy(() -> Lowering.lower(tile(24, "float32", PERMUTED), TARGET))
        .hasMessageContaining("have 96 bytes")
        .hasMessageContaining("multiple of 128");
  }
}
