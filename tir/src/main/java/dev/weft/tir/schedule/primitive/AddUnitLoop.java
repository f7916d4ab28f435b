package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;

/**
 * Puts a loop of extent 1, of type int32, around a block or a loop.
 *
 * <p>Arguments: the block or loop. Conditions: the block is not a function's root.
 *
 * <pre>
 * with T.block("C"):            for u in range(1):
 *     C[()] = A[()] * 2.0    →      with T.block("C"):
 *                                       C[()] = A[()] * 2.0
 * </pre>
 */
public final class AddUnitLoop {
  private AddUnitLoop() {}

  /** See the class. */
  public static Applied<LoopRef> apply(ScheduleState state, StmtRef ref) {
    Site site = state.site(ref);
    if (site.parent() == null) {
      throw state.refuse("addUnitLoop", "the root block can have no loop around it", site);
    }
    Var var = Var.of("u", DType.INT32);
    ScheduleState next = state.replace(site, Stmt.For.serial(var, Expr.int32(1), site.stmt()));
    return new Applied<>(next, next.loopOf(var));
  }
}
