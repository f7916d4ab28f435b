package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Scope;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Has the blocks under a loop write into another memory, from which one block marked {@code
 * auto_copy} copies at the end of each iteration.
 *
 * <p>Arguments: the loop; a block that writes the buffer; which of its writes; the memory. Gives
 * back the copying block.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>a block under the loop writes the buffer, none reads it after the last that writes,
 *   <li>the buffer is no view, the part written is known to be inside it, and one thread writes it,
 *   <li>each iteration writes all of the part that is copied,
 *   <li>what is read of the buffer in an iteration was written before in the same iteration.
 * </ol>
 *
 * <pre>
 * for i in range(8):                    for i in range(8):
 *     for j in range(16):                   for j in range(16):
 *         with T.block("B"):                    with T.block("B"):
 *             B[vi, vj] = …       →                 B_local[vi, vj] = …
 *                                           with T.block("B_local"):
 *                                               T.block_attr({"auto_copy": 1})
 *                                               for ax0, ax1 in T.grid(1, 16):
 *                                                   B[v0 + ax0, ax1] = B_local[v0 + ax0, ax1]
 * </pre>
 */
public final class WriteAt {
  private static final String NAME = "writeAt";

  private WriteAt() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, LoopRef loopRef, BlockRef ref, int writeIndex, Scope memory) {
    Site.Block block = state.block(ref);
    Site.Loop loop = state.loop(loopRef);
    Buffer buffer = new Conditions(NAME, state).buffer(block, writeIndex, true);
    return new AutoCopy(NAME, state, loop, buffer, memory).write();
  }
}
