package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

class LowerWarpMemoryTest {
  private static final Target TARGET = Target.parse("simt");

  private static PrimFunc kernel(int threads, String... lines) {
    return TvmScript.parseFunction(
        "@T.prim_func\ndef kernel(A: T.Buffer((256,)), B: T.Buffer((256,))):\n    "
            + "tx = T.launch_thread(\"threadIdx.x\", "
            + threads
            + ")\n    "
            + String.join("\n    ", lines)
            + "\n");
  }

  @Test
  void ownElementsAreRegistersAndOthersComeByShuffle() {
    PrimFunc before =
        kernel(
            32,
            "w = T.allocate([64], \"float32\", \"warp\")",
            "W = T.decl_buffer((64,), data=w, scope=\"warp\")",
            "for i in range(2):",
            "    W[tx * 2 + i] = A[tx * 2 + i]",
            "B[tx * 2] = W[tx * 2 + 1]",
            "B[tx * 2 + 1] = W[(tx * 2 + 2) % 64]");
    PrimFunc after =
        kernel(
            32,
            "w = T.allocate([2], \"float32\", \"local\")",
            "W = T.decl_buffer((2,), data=w, scope=\"local\")",
            "for i in range(2):",
            "    W[i] = A[tx * 2 + i]",
            "B[tx * 2] = W[1]",
            "B[tx * 2 + 1] = T.tvm_warp_shuffle(T.tvm_warp_activemask(dtype=\"uint32\"), W[0],"
                + " (tx + 1) % 32, 32, 32)");
    PrimFunc actual = new LowerWarpMemory().apply(before, TARGET);
    assertThat(StructuralEqual.check(actual, after)).as(TvmScript.print(actual)).isEmpty();
  }

  @Test
  void kernelsWithWarpMemoryAreRight() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(A: T.Buffer((256,), "float32"), B: T.Buffer((256,), "float32")):
                W = T.alloc_buffer((64,), scope="warp")
                for b in T.thread_binding(4, thread="blockIdx.x"):
                    for t in T.thread_binding(32, thread="threadIdx.x"):
                        for i in range(2):
                            with T.block("W"):
                                v = T.axis.spatial(256, b * 64 + t * 2 + i)
                                W[v % 64] = A[v]
                    for t in T.thread_binding(32, thread="threadIdx.x"):
                        for i in T.unroll(2):
                            with T.block("B"):
                                v = T.axis.spatial(256, b * 64 + t * 2 + i)
                                B[v] = W[(v + 6) % 64] + W[v % 64]
            """);
    assertThat(SimtChecks.problems(function, function, TARGET)).isEmpty();
    String text = TvmScript.print(Lowering.lower(function, TARGET).launches().getFirst().kernel());
    assertThat(text).contains("tvm_warp_shuffle").doesNotContain("\"warp\"");
  }

  @Test
  void refusesWhatNoLaneOwns() {
    assertThatThrownBy(
            () ->
                new LowerWarpMemory()
                    .apply(
                        kernel(
                            32,
                            "w = T.allocate([64], \"float32\", \"warp\")",
                            "W = T.decl_buffer((64,), data=w, scope=\"warp\")",
                            "W[63 - tx] = A[tx]",
                            "B[tx] = W[tx]"),
                        TARGET))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("'w' is in warp memory");
    assertThatThrownBy(
            () ->
                new LowerWarpMemory()
                    .apply(
                        kernel(
                            24,
                            "w = T.allocate([64], \"float32\", \"warp\")",
                            "W = T.decl_buffer((64,), data=w, scope=\"warp\")",
                            "W[tx] = A[tx]"),
                        TARGET))
        .hasMessageContaining("not whole warps of 32");
    assertThatThrownBy(
            () ->
                new LowerWarpMemory()
                    .apply(
                        kernel(
                            32,
                            "w = T.allocate([32], \"float32\", \"warp\")",
                            "W = T.decl_buffer((32,), data=w, scope=\"warp\")",
                            "W[tx] = A[tx]"),
                        Target.opencl()))
        .hasMessageContaining("no shuffles");
  }
}
