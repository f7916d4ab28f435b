package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tir.script.TvmScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The schedules of a course on tensor compilers, each with the structure that it must give. */
final class CourseTest {
  private static void assertBody(Schedule schedule, String expected) {
    List<String> lines =
        TvmScript.print(schedule.function())
            .lines()
            .dropWhile(line -> !line.contains("T.block(\"root\")"))
            .skip(1)
            .toList();
    assertThat(String.join("\n", lines).stripIndent()).isEqualTo(expected.stripTrailing());
  }

  @Test
  void vectorAddSplitReorderParallel() {
    Schedule schedule = Schedule.of(Programs.elementwise(128));
    schedule.computeInline(schedule.getBlock("B"));
    BlockRef block = schedule.getBlock("C");
    LoopRef i = schedule.getLoops(block).get(0);
    List<LoopRef> parts = schedule.split(i, null, 4, 4);
    schedule.reorder(parts.get(0), parts.get(2), parts.get(1));
    schedule.parallel(parts.get(0));
    assertBody(
        schedule,
        """
        for i0_0 in T.parallel(8):
            for i0_2, i0_1 in T.grid(4, 4):
                with T.block("C"):
                    v0 = T.axis.spatial(128, i0_0 * 16 + i0_1 * 4 + i0_2)
                    T.reads(A[v0])
                    T.writes(C[v0])
                    C[v0] = A[v0] * T.float32(2.0) + T.float32(1.0)
        """);
  }

  @Test
  void aHandleOfASplitLoopIsStale() {
    Schedule schedule = Schedule.of(Programs.matmul(128));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).get(0);
    List<LoopRef> unused = schedule.split(i, null, 4);
    assertThat(unused).hasSize(2);
    assertThatThrownBy(() -> schedule.split(i, null, 2))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("loop 'i0' no longer exists");
  }

  @Test
  void matmulReluFusedAndDecomposed() {
    Schedule schedule = Schedule.of(Programs.matmulRelu(128));
    BlockRef y = schedule.getBlock("Y");
    List<LoopRef> loops = schedule.getLoops(y);
    List<LoopRef> j = schedule.split(loops.get(1), null, 4);
    schedule.reorder(j.get(0), loops.get(2), j.get(1));
    BlockRef c = schedule.getBlock("C");
    schedule.reverseComputeAt(c, j.get(0));
    BlockRef init = schedule.decomposeReduction(y, loops.get(2));
    assertThat(init.name()).isEqualTo("Y_init");
    assertBody(
        schedule,
        """
        Y = T.alloc_buffer((128, 128))
        for i0, i1_0 in T.grid(128, 32):
            for i1_1_init in range(4):
                with T.block("Y_init"):
                    v0_init = T.axis.spatial(128, i0)
                    v1_init = T.axis.spatial(128, i1_0 * 4 + i1_1_init)
                    T.reads()
                    T.writes(Y[v0_init, v1_init])
                    Y[v0_init, v1_init] = T.float32(0.0)
            for i2, i1_1 in T.grid(128, 4):
                with T.block("Y_update"):
                    v0 = T.axis.spatial(128, i0)
                    v1 = T.axis.spatial(128, i1_0 * 4 + i1_1)
                    k = T.axis.reduce(128, i2)
                    T.reads(Y[v0, v1], A[v0, k], B[k, v1])
                    T.writes(Y[v0, v1])
                    Y[v0, v1] = Y[v0, v1] + A[v0, k] * B[k, v1]
            for ax0 in range(4):
                with T.block("C"):
                    v0 = T.axis.spatial(128, i0)
                    v1 = T.axis.spatial(128, i1_0 * 4 + ax0)
                    T.reads(Y[v0, v1])
                    T.writes(C[v0, v1])
                    C[v0, v1] = T.max(Y[v0, v1], T.float32(0.0))
        """);
  }

  @Test
  void windowSumWithACooperativeCopy() {
    Schedule schedule = Schedule.of(Programs.windowSum(1024));
    BlockRef block = schedule.getBlock("B");
    List<LoopRef> i = schedule.split(schedule.getLoops(block).get(0), null, 128);
    schedule.bind(i.get(0), "blockIdx.x");
    schedule.bind(i.get(1), "threadIdx.x");
    BlockRef shared = schedule.cacheRead(block, 0, "shared");
    schedule.computeAt(shared, i.get(1));
    List<LoopRef> ax = schedule.split(schedule.getLoops(shared).getLast(), null, 128);
    schedule.bind(ax.get(1), "threadIdx.x");
    assertBody(
        schedule,
        """
        A_shared = T.alloc_buffer((1027,), scope="shared")
        for i0_0 in T.thread_binding(8, thread="blockIdx.x"):
            for i0_1 in T.thread_binding(128, thread="threadIdx.x"):
                for ax0_0 in range(2):
                    for ax0_1 in T.thread_binding(128, thread="threadIdx.x"):
                        with T.block("A_shared"):
                            v0 = T.axis.spatial(1027, ax0_0 * 128 + i0_0 * 128 + ax0_1)
                            T.where(ax0_0 * 128 + ax0_1 < 130)
                            T.reads(A[v0])
                            T.writes(A_shared[v0])
                            A_shared[v0] = A[v0]
                with T.block("B"):
                    v0 = T.axis.spatial(1024, i0_0 * 128 + i0_1)
                    T.reads(A_shared[v0:v0 + 3])
                    T.writes(B[v0])
                    B[v0] = A_shared[v0] + A_shared[v0 + 1] + A_shared[v0 + 2]
        """);
  }

  @Test
  void matmulBlockedInRegistersAndSharedMemory() {
    Schedule schedule = Schedule.of(Programs.matmul(1024));
    BlockRef c = schedule.getBlock("C");
    BlockRef local = schedule.cacheWrite(c, 0, "local");
    List<LoopRef> loops = schedule.getLoops(c);
    List<LoopRef> i = schedule.split(loops.get(0), null, 8, 8);
    List<LoopRef> j = schedule.split(loops.get(1), null, 8, 8);
    List<LoopRef> k = schedule.split(loops.get(2), null, 8);
    schedule.reorder(
        i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1), i.get(2), j.get(2));
    schedule.reverseComputeAt(local, j.get(1));
    schedule.bind(i.get(0), "blockIdx.y");
    schedule.bind(j.get(0), "blockIdx.x");
    LoopRef thread = schedule.fuse(i.get(1), j.get(1));
    schedule.bind(thread, "threadIdx.x");
    for (int index = 0; index < 2; index++) {
      BlockRef shared = schedule.cacheRead(c, index, "shared");
      schedule.computeAt(shared, k.get(0));
      List<LoopRef> around = schedule.getLoops(shared);
      int n = around.size();
      LoopRef fused = schedule.fuse(around.get(n - 2), around.get(n - 1));
      List<LoopRef> parts = schedule.split(fused, null, 64, 4);
      schedule.vectorize(parts.get(2));
      schedule.bind(parts.get(1), "threadIdx.x");
    }
    assertThat(schedule.decomposeReduction(c, k.get(0)).name()).isEqualTo("C_init");
    assertBody(
        schedule,
        """
        C_local = T.alloc_buffer((1024, 1024), scope="local")
        A_shared = T.alloc_buffer((1024, 1024), scope="shared")
        B_shared = T.alloc_buffer((1024, 1024), scope="shared")
        for i0_0 in T.thread_binding(16, thread="blockIdx.y"):
            for i1_0 in T.thread_binding(16, thread="blockIdx.x"):
                for i0_1_i1_1_fused in T.thread_binding(64, thread="threadIdx.x"):
                    for i0_2_init, i1_2_init in T.grid(8, 8):
                        with T.block("C_init"):
                            v0_init = T.axis.spatial(1024, i0_0 * 64 + i0_1_i1_1_fused // 8 * 8 + i0_2_init)
                            v1_init = T.axis.spatial(1024, i1_0 * 64 + i0_1_i1_1_fused % 8 * 8 + i1_2_init)
                            T.reads()
                            T.writes(C_local[v0_init, v1_init])
                            C_local[v0_init, v1_init] = T.float32(0.0)
                    for i2_0 in range(128):
                        for ax0_ax1_fused_0 in range(2):
                            for ax0_ax1_fused_1 in T.thread_binding(64, thread="threadIdx.x"):
                                for ax0_ax1_fused_2 in T.vectorized(4):
                                    with T.block("A_shared"):
                                        v0 = T.axis.spatial(1024, i0_0 * 64 + ax0_ax1_fused_0 * 32 + ax0_ax1_fused_1 // 2)
                                        v1 = T.axis.spatial(1024, i2_0 * 8 + ax0_ax1_fused_1 % 2 * 4 + ax0_ax1_fused_2)
                                        T.reads(A[v0, v1])
                                        T.writes(A_shared[v0, v1])
                                        A_shared[v0, v1] = A[v0, v1]
                        for ax0_ax1_fused_0 in range(2):
                            for ax0_ax1_fused_1 in T.thread_binding(64, thread="threadIdx.x"):
                                for ax0_ax1_fused_2 in T.vectorized(4):
                                    with T.block("B_shared"):
                                        v0 = T.axis.spatial(1024, i2_0 * 8 + ax0_ax1_fused_0 * 4 + ax0_ax1_fused_1 // 16)
                                        v1 = T.axis.spatial(1024, i1_0 * 64 + ax0_ax1_fused_1 % 16 * 4 + ax0_ax1_fused_2)
                                        T.reads(B[v0, v1])
                                        T.writes(B_shared[v0, v1])
                                        B_shared[v0, v1] = B[v0, v1]
                        for i2_1, i0_2, i1_2 in T.grid(8, 8, 8):
                            with T.block("C_update"):
                                v0 = T.axis.spatial(1024, i0_0 * 64 + i0_1_i1_1_fused // 8 * 8 + i0_2)
                                v1 = T.axis.spatial(1024, i1_0 * 64 + i0_1_i1_1_fused % 8 * 8 + i1_2)
                                k = T.axis.reduce(1024, i2_0 * 8 + i2_1)
                                T.reads(C_local[v0, v1], A_shared[v0, k], B_shared[k, v1])
                                T.writes(C_local[v0, v1])
                                C_local[v0, v1] = C_local[v0, v1] + A_shared[v0, k] * B_shared[k, v1]
                    for ax0, ax1 in T.grid(8, 8):
                        with T.block("C_local"):
                            v0 = T.axis.spatial(1024, i0_0 * 64 + i0_1_i1_1_fused // 8 * 8 + ax0)
                            v1 = T.axis.spatial(1024, i1_0 * 64 + i0_1_i1_1_fused % 8 * 8 + ax1)
                            T.reads(C_local[v0, v1])
                            T.writes(C[v0, v1])
                            C[v0, v1] = C_local[v0, v1]
        """);
  }

  @Test
  void aTraceReplaysToTheSameFunction() {
    Schedule schedule = Schedule.of(Programs.matmul(128));
    BlockRef c = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(c);
    List<LoopRef> j = schedule.split(loops.get(1), null, 4);
    schedule.reorder(loops.get(0), j.get(0), loops.get(2), j.get(1));
    assertThat(schedule.decomposeReduction(c, loops.get(2)).name()).isEqualTo("C_init");
    Schedule again = Schedule.of(Programs.matmul(128));
    again.replay(schedule.trace());
    assertThat(TvmScript.print(again.function())).isEqualTo(TvmScript.print(schedule.function()));
    assertThat(again.trace()).isEqualTo(schedule.trace());
  }
}
