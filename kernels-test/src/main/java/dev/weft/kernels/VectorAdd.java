package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** {@code C[i] = A[i] + B[i]}. */
public final class VectorAdd {
  private VectorAdd() {}

  /** The function, of {@code n} elements (a constant or a variable). */
  public static PrimFunc function(Expr n, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, List.of(n));
    Tensor b = Te.placeholder("B", dtype, List.of(n));
    Tensor c = Te.compute("C", List.of(n), i -> Expr.add(a.at(i), b.at(i)));
    return Te.primFunc("vector_add", a, b, c);
  }

  /** One thread an element, {@code threads} to a block. */
  public static PrimFunc onThreads(PrimFunc function, int threads) {
    Schedule schedule = Schedule.of(function);
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    List<LoopRef> parts = schedule.split(i, null, threads);
    schedule.bind(parts.get(0), "blockIdx.x");
    schedule.bind(parts.get(1), "threadIdx.x");
    return schedule.function();
  }

  /** In tiles of 4 by 4 of which the columns are walked first; the outermost loop in parallel. */
  public static PrimFunc tiledInParallel(PrimFunc function) {
    Schedule schedule = Schedule.of(function);
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    List<LoopRef> parts = schedule.split(i, null, 4, 4);
    schedule.reorder(parts.get(0), parts.get(2), parts.get(1));
    schedule.parallel(parts.get(0));
    return schedule.function();
  }

  /** In parallel, {@code lanes} elements at a time in vector instructions. */
  public static PrimFunc vectorized(PrimFunc function, int lanes) {
    Schedule schedule = Schedule.of(function);
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    List<LoopRef> parts = schedule.split(i, null, lanes);
    schedule.parallel(parts.get(0));
    schedule.vectorize(parts.get(1));
    return schedule.function();
  }
}
