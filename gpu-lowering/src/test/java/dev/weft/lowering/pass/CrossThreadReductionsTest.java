package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reductions whose loop is bound to threads, on a device with shuffles and on one without. */
class CrossThreadReductionsTest {
  private static final Target SHUFFLES = Target.parse("simt");
  private static final Target PLAIN = Target.opencl();

  private static PrimFunc rows(int rows, int columns, String dtype, String init, String update) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def rows(A: T.Buffer((%1$s, %2$s), "%3$s"), B: T.Buffer((%1$s,), "%3$s")):
            for i, k in T.grid(%1$s, %2$s):
                with T.block("B"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        B[vi] = %4$s
                    B[vi] = %5$s
        """
            .formatted(rows, columns, dtype, init, update));
  }

  private static PrimFunc sums(int rows, int columns) {
    return rows(rows, columns, "float32", "T.float32(0)", "B[vi] + A[vi, vk]");
  }

  /**
   * Each row is reduced by {@code threads} threads; {@code rowsPerBlock} rows by a thread block.
   */
  private static PrimFunc shared(PrimFunc function, int threads, int rowsPerBlock) {
    Schedule schedule = Schedule.of(function);
    BlockRef block = schedule.getBlock("B");
    List<LoopRef> loops = schedule.getLoops(block);
    if (rowsPerBlock == 1) {
      schedule.bind(loops.get(0), ThreadTag.BLOCK_IDX_X);
    } else {
      List<LoopRef> i = schedule.split(loops.get(0), null, rowsPerBlock);
      schedule.bind(i.get(0), ThreadTag.BLOCK_IDX_X);
      schedule.bind(i.get(1), ThreadTag.THREAD_IDX_Y);
    }
    List<LoopRef> k = schedule.split(loops.get(1), null, threads);
    schedule.bind(k.get(1), ThreadTag.THREAD_IDX_X);
    return schedule.function();
  }

  static Stream<Arguments> reductions() {
    List<Arguments> cases = new ArrayList<>();
    int[][] sizes = {
      {1, 64, 32, 1},
      {3, 100, 32, 1},
      {2, 256, 64, 1},
      {2, 300, 128, 1},
      {1, 2048, 1024, 1},
      {4, 96, 24, 1},
      {4, 17, 5, 1},
      {8, 64, 32, 4},
      {8, 40, 8, 4},
      {6, 50, 16, 3},
      {6, 130, 64, 2},
      {4, 9, 3, 2},
      {2, 40, 96, 1}
    };
    for (Target target : List.of(SHUFFLES, PLAIN)) {
      for (int[] s : sizes) {
        if (s[2] * s[3] <= target.limits().maxThreads()) {
          cases.add(
              Arguments.of(
                  "sum " + s[0] + "x" + s[1] + " by " + s[2] + "x" + s[3],
                  target,
                  sums(s[0], s[1]),
                  shared(sums(s[0], s[1]), s[2], s[3])));
        }
      }
      PrimFunc max = rows(3, 70, "float32", "T.min_value(\"float32\")", "T.max(B[vi], A[vi, vk])");
      cases.add(Arguments.of("max", target, max, shared(max, 32, 1)));
      PrimFunc product = rows(3, 12, "int64", "T.int64(1)", "B[vi] * A[vi, vk]");
      cases.add(Arguments.of("product int64", target, product, shared(product, 4, 1)));
      PrimFunc bytes = rows(3, 70, "int8", "T.int8(0)", "B[vi] + A[vi, vk]");
      cases.add(Arguments.of("sum int8", target, bytes, shared(bytes, 32, 1)));
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} for {1}")
  @MethodSource("reductions")
  void threadsCombineTheirResults(
      String name, Target target, PrimFunc function, PrimFunc scheduled) {
    assertThat(SimtChecks.problems(function, scheduled, target)).isEmpty();
  }

  private static String lowered(PrimFunc function, Target target) {
    return TvmScript.print(Lowering.lower(function, target).launches().getFirst().kernel());
  }

  @Test
  void oneWarpNeedsNoSharedMemoryAndNoBarrier() {
    String text = lowered(shared(sums(4, 128), 32, 1), SHUFFLES);
    assertThat(text).doesNotContain("shared").doesNotContain("tvm_storage_sync");
    assertThat(text.split("tvm_warp_shuffle_down", -1)).hasSize(1 + 5);
  }

  @Test
  void severalWarpsMeetOnceInSharedMemory() {
    String text = lowered(shared(sums(4, 1024), 256, 1), SHUFFLES);
    assertThat(text).contains("T.allocate([8], \"float32\", \"shared\")");
    assertThat(text.split("tvm_storage_sync", -1)).hasSize(1 + 1);
  }

  @Test
  void withoutShufflesATreeHalvesTheValues() {
    String text = lowered(shared(sums(4, 128), 32, 1), PLAIN);
    assertThat(text)
        .doesNotContain("shuffle")
        .contains("T.allocate([32], \"float32\", \"shared\")");
    assertThat(text.split("tvm_storage_sync", -1)).hasSize(1 + 6);
  }

  @Test
  void everyThreadHasAResultInItsOwnMemory() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def normalise(A: T.Buffer((4, 64), "float32"), C: T.Buffer((4, 64), "float32")):
                B = T.alloc_buffer((4,), "float32", scope="local")
                for i in range(4):
                    for k in range(64):
                        with T.block("B"):
                            vi, vk = T.axis.remap("SR", [i, k])
                            with T.init():
                                B[vi] = T.float32(0)
                            B[vi] = B[vi] + A[vi, vk]
                    for j in range(64):
                        with T.block("C"):
                            vi, vj = T.axis.remap("SS", [i, j])
                            C[vi, vj] = A[vi, vj] - B[vi]
            """);
    Schedule schedule = Schedule.of(function);
    for (String name : List.of("B", "C")) {
      BlockRef block = schedule.getBlock(name);
      List<LoopRef> loops = schedule.getLoops(block);
      if (name.equals("B")) {
        schedule.bind(loops.get(0), ThreadTag.BLOCK_IDX_X);
      }
      List<LoopRef> parts = schedule.split(loops.get(1), null, 32);
      schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
    }
    for (Target target : List.of(SHUFFLES, PLAIN)) {
      assertThat(SimtChecks.problems(function, schedule.function(), target)).isEmpty();
    }
  }

  @Test
  void argmaxKeepsPositionAndValueTogether() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def argmax(
                A: T.Buffer((3, 80), "float32"), I: T.Buffer((3,), "int32"),
                V: T.Buffer((3,), "float32")
            ):
                for i, k in T.grid(3, 80):
                    with T.block("B"):
                        vi, vk = T.axis.remap("SR", [i, k])
                        with T.init():
                            I[vi] = -1
                            V[vi] = T.min_value("float32")
                        v_i: T.int32 = T.Select(V[vi] >= A[vi, vk], I[vi], vk)
                        v_v: T.float32 = T.Select(V[vi] >= A[vi, vk], V[vi], A[vi, vk])
                        I[vi] = v_i
                        V[vi] = v_v
            """);
    for (Target target : List.of(SHUFFLES, PLAIN)) {
      for (int threads : new int[] {16, 64}) {
        PrimFunc scheduled = shared(function, threads, 1);
        assertThat(SimtChecks.problems(function, scheduled, target)).isEmpty();
      }
    }
  }

  @Test
  void oneBlockReducesEverything() {
    PrimFunc function = sums(1, 64);
    Schedule schedule = Schedule.of(function);
    List<LoopRef> loops = schedule.getLoops(schedule.getBlock("B"));
    schedule.bind(schedule.fuse(loops.get(0), loops.get(1)), ThreadTag.THREAD_IDX_X);
    assertThat(SimtChecks.problems(function, schedule.function(), SHUFFLES)).isEmpty();
    assertThat(lowered(schedule.function(), SHUFFLES)).contains("tvm_warp_shuffle_down");
  }

  @Test
  void whatCanNotBeCombinedInAnyGroupingIsRefused() {
    PrimFunc alternating = rows(2, 64, "float32", "T.float32(1)", "B[vi] + A[vi, vk]");
    assertThatThrownBy(() -> Lowering.lower(shared(alternating, 32, 1), SHUFFLES))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("partial results can be combined in any grouping");
  }
}
