package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * {@code C = max(A · B, 0)}: the two blocks of {@link CoursePrograms#matmulRelu}, Y and C, brought
 * together step by step.
 */
public final class MatmulRelu {
  private MatmulRelu() {}

  /** The function, written as tensor expressions. */
  public static PrimFunc function(long n) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, n, n);
    Tensor b = Te.placeholder("B", DType.FLOAT32, n, n);
    ReduceAxis k = Te.reduceAxis(n, "k");
    Tensor y =
        Te.reduce(
            "Y",
            a.shape(),
            i -> Te.sum(Expr.mul(a.at(i.get(0), k.var()), b.at(k.var(), i.get(1))), k));
    Tensor c = Te.compute("C", y.shape(), i -> Expr.max(y.at(i), Expr.float32(0)));
    return Te.primFunc("mm_relu", a, b, c);
  }

  /** Columns are computed in groups of {@code width}: the loop over k is around such a group. */
  public static LoopRef groupColumns(Schedule schedule, int width) {
    BlockRef y = schedule.getBlock("Y", "mm_relu");
    List<LoopRef> loops = schedule.getLoops(y);
    List<LoopRef> j = schedule.split(loops.get(1), null, width);
    schedule.reorder(j.get(0), loops.get(2), j.get(1));
    return j.get(0);
  }

  /** The columns of a group go through relu as soon as they are there. */
  public static void fuseRelu(Schedule schedule, LoopRef group) {
    schedule.reverseComputeAt(schedule.getBlock("C", "mm_relu"), group);
  }

  /** Groups of {@code width}, relu fused, and the sums begun in a loop of their own. */
  public static IRModule fused(IRModule module, int width) {
    Schedule schedule = Schedule.of(module);
    LoopRef group = groupColumns(schedule, width);
    fuseRelu(schedule, group);
    BlockRef y = schedule.getBlock("Y", "mm_relu");
    LoopRef k = schedule.getLoops(y).get(2);
    schedule.decomposeReduction(y, k);
    return schedule.module();
  }
}
