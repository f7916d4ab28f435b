package dev.weft.tir.schedule.primitive;

import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;

/**
 * Moves a producer under a loop of its consumers, where it computes in each iteration what is
 * needed there.
 *
 * <p>Arguments: the block; the loop; whether loops of extent 1 are kept; the place among the loop's
 * statements, -1 for the last possible and -2 for the first.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is a complete or reduction block,
 *   <li>the loop is in the same scope and not around the block,
 *   <li>the block is no output block,
 *   <li>all its consumers are under the loop, after the place; its producers come before the place,
 *   <li>what it writes for one value of its axes is known well enough to tell which values are
 *       needed,
 *   <li>it runs for all values of its axes; or those that it leaves out write elements of their
 *       own, and its reduction axes take all values.
 * </ol>
 *
 * <p>Under a loop that is bound to threads, a block that writes {@code shared} memory computes what
 * all threads of the block need together.
 *
 * <pre>
 * for i in range(128):                          for i in range(128):
 *     with T.block("B"):                            with T.block("B"):
 *         B[vi] = A[vi] * 2.0             →             vi = T.axis.spatial(128, i)
 * for i in range(128):                                  B[vi] = A[vi] * 2.0
 *     with T.block("C"):                            with T.block("C"):
 *         C[vi] = B[vi] + 1.0                           C[vi] = B[vi] + 1.0
 * </pre>
 */
public final class ComputeAt {
  private ComputeAt() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef block, LoopRef loop, boolean preserveUnitLoops, int index) {
    return new Relocation("computeAt", state, state.block(block), state.loop(loop), true)
        .apply(preserveUnitLoops, index);
  }
}
