package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.structural.StructuralEqual;
import org.junit.jupiter.api.Test;

/** Schedules as data: traces, sampled decisions, and a search over them. */
final class Chapter5StochasticSchedulesTest {
  private static Schedule matmul() {
    return Schedule.of(CoursePrograms.matmul(128));
  }

  private static void check(PrimFunc function) {
    Golden.MATMUL_128.checkMatmul(128, function, Interpreter::run);
  }

  @Test
  void columnsInGroupsByHand() {
    Schedule schedule = matmul();
    Matmul.groupColumns(schedule, 4);
    Structure.assertBody(
        schedule.function(),
        """
        for i, j_0 in T.grid(128, 32):
            for j_1_init in range(4):
                with T.block("C_init"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1_init)
                    T.reads()
                    T.writes(C[vi, vj])
                    C[vi, vj] = T.float32(0)
            for k, j_1 in T.grid(128, 4):
                with T.block("C_update"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1)
                    vk = T.axis.reduce(128, k)
                    T.reads(C[vi, vj], A[vi, vk], B[vk, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
        """);
    check(schedule.function());
  }

  @Test
  void theTraceIsWhatWasDone() {
    Schedule schedule = matmul();
    Matmul.groupColumns(schedule, 4);
    assertThat(TraceJson.write(schedule.trace()).replaceAll("\\s", ""))
        .isEqualTo(
            """
            [[["GetBlock",[],["C","main"],["b0"]],
              ["GetLoops",["b0"],[],["l1","l2","l3"]],
              ["Split",["l2","None",4],[1,0],["l4","l5"]],
              ["Reorder",["l1","l4","l3","l5"],[],[]],
              ["DecomposeReduction",["b0","l3"],[],["b6"]]],[]]
            """
                .replaceAll("\\s", ""));
    Schedule again = matmul();
    again.replay(schedule.trace());
    assertThat(StructuralEqual.check(again.module(), schedule.module())).isEmpty();
    assertThat(again.trace()).isEqualTo(schedule.trace());
    Schedule fromJson = matmul();
    fromJson.replay(TraceJson.read(TraceJson.write(schedule.trace())));
    assertThat(StructuralEqual.check(fromJson.module(), schedule.module())).isEmpty();
  }
}
