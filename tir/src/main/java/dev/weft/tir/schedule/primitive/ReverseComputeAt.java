package dev.weft.tir.schedule.primitive;

import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;

/**
 * Moves a consumer under a loop of its producers, where it uses up in each iteration what is
 * produced there.
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
 *   <li>all its producers are under the loop, before the place; its consumers come after the place,
 *   <li>what it reads for one value of its axes is known well enough to tell which values are at
 *       hand,
 *   <li>the iterations of the loop reach together all that the block computed before, a reduction
 *       block each part exactly once.
 * </ol>
 *
 * <pre>
 * for i in range(128):                          for i in range(128):
 *     with T.block("B"):                            with T.block("B"):
 *         B[vi] = A[vi] * 2.0             →             B[vi] = A[vi] * 2.0
 * for i in range(128):                              with T.block("C"):
 *     with T.block("C"):                                vi = T.axis.spatial(128, i)
 *         C[vi] = B[vi] + 1.0                           C[vi] = B[vi] + 1.0
 * </pre>
 */
public final class ReverseComputeAt {
  private ReverseComputeAt() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef block, LoopRef loop, boolean preserveUnitLoops, int index) {
    return new Relocation("reverseComputeAt", state, state.block(block), state.loop(loop), false)
        .apply(preserveUnitLoops, index);
  }
}
