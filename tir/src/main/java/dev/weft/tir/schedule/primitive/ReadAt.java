package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Scope;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Copies, in each iteration of a loop, the part of a buffer that is read there into another memory,
 * by one block marked {@code auto_copy}, whose loops are chosen when it is lowered.
 *
 * <p>Arguments: the loop; a block that reads the buffer; which of its reads; the memory. Gives back
 * the copying block.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>a block under the loop reads the buffer, none writes it at or after the first that reads,
 *   <li>the part read is known to be inside the buffer, which is no view,
 *   <li>a part that several threads share is not written by blocks in a loop over those threads.
 * </ol>
 *
 * <pre>
 * for i, k in T.grid(8, 16):            for i in range(8):
 *     with T.block("B"):                    for k in range(16):
 *         B[…] += A[vi, vk]      →              with T.block("A_shared"):
 *                                                   T.block_attr({"auto_copy": 1})
 *                                                   for ax0, ax1 in T.grid(1, 1):
 *                                                       A_shared[v0 + ax0, v1 + ax1] = A[…]
 *                                               with T.block("B"):
 *                                                   B[…] += A_shared[vi, vk]
 * </pre>
 */
public final class ReadAt {
  private static final String NAME = "readAt";

  private ReadAt() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, LoopRef loopRef, BlockRef ref, int readIndex, Scope memory) {
    Site.Block block = state.block(ref);
    Site.Loop loop = state.loop(loopRef);
    Buffer buffer = new Conditions(NAME, state).buffer(block, readIndex, false);
    return new AutoCopy(NAME, state, loop, buffer, memory).read();
  }
}
