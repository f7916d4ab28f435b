package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Puts an intermediate buffer into another memory.
 *
 * <p>Arguments: a block that writes the buffer; which of its writes; the memory.
 *
 * <p>Conditions: the buffer is allocated by a block, unless it is in that memory already.
 *
 * <pre>
 * B = T.alloc_buffer((128,))     →     B_shared = T.alloc_buffer((128,), scope="shared")
 * </pre>
 */
public final class SetScope {
  private static final String NAME = "setScope";

  private SetScope() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, int writeIndex, Scope memory) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    if (buffer.scope().equals(memory)) {
      return state;
    }
    Site.Block allocator = conditions.allocator(site, buffer);
    String name = buffer.name() + "_" + memory;
    Stmt replaced = Buffers.replace(allocator.stmt(), buffer, buffer.inScope(memory, name));
    return state.replace(allocator, replaced);
  }
}
