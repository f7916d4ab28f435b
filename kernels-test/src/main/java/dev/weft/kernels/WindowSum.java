package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** {@code B[i] = A[i] + A[i + 1] + … + A[i + window - 1]}; A has {@code n + window} elements. */
public final class WindowSum {
  private WindowSum() {}

  /** The function, of {@code n} results (a constant or a variable). */
  public static PrimFunc function(Expr n, int window, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, List.of(Expr.add(n, window)));
    Tensor b =
        Te.compute(
            "B",
            List.of(n),
            i -> {
              Expr sum = a.at(i.get(0));
              for (int w = 1; w < window; w++) {
                sum = Expr.add(sum, a.at(Expr.add(i.get(0), w)));
              }
              return sum;
            });
    return Te.primFunc("window_sum", a, b);
  }

  /** One thread a result, each reading its window from global memory. */
  public static PrimFunc onThreads(PrimFunc function, int threads) {
    Schedule schedule = Schedule.of(function);
    bind(schedule, threads);
    return schedule.function();
  }

  /** The threads of a block first copy what all of them need to shared memory, together. */
  public static PrimFunc withSharedStage(PrimFunc function, int threads) {
    Schedule schedule = Schedule.of(function);
    LoopRef thread = bind(schedule, threads);
    BlockRef stage = schedule.cacheRead(schedule.getBlock("B"), 0, "shared");
    schedule.computeAt(stage, thread, true, -1);
    LoopRef copy = schedule.getLoops(stage).getLast();
    List<LoopRef> parts = schedule.split(copy, null, threads);
    schedule.bind(parts.get(1), "threadIdx.x");
    return schedule.function();
  }

  private static LoopRef bind(Schedule schedule, int threads) {
    LoopRef i = schedule.getLoops(schedule.getBlock("B")).getFirst();
    List<LoopRef> parts = schedule.split(i, null, threads);
    schedule.bind(parts.get(0), "blockIdx.x");
    schedule.bind(parts.get(1), "threadIdx.x");
    return parts.get(1);
  }
}
