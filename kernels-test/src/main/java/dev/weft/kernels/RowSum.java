package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.List;

/** {@code C[i] = sum of A[i, k] over k}. */
public final class RowSum {
  private RowSum() {}

  /** The function, of {@code m} rows of {@code n}. */
  public static PrimFunc function(Expr m, Expr n, DType dtype) {
    return Functions.sumRows(m, n, dtype);
  }

  /** A thread block a row, whose threads sum up parts of it and combine these. */
  public static PrimFunc acrossThreads(PrimFunc function, int threads) {
    Schedule schedule = Schedule.of(function);
    BlockRef block = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(block);
    schedule.bind(loops.get(0), ThreadTag.BLOCK_IDX_X);
    List<LoopRef> parts = schedule.split(loops.get(1), null, threads);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
    return schedule.function();
  }
}
