package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes accesses out of a block's signature, so that dependencies through them are not seen any
 * more. The schedule is tainted.
 *
 * <p>Arguments: the block; {@code read} or {@code write}; the positions in the signature.
 *
 * <p>Conditions: it is one of the two; the positions exist.
 *
 * <pre>
 * with T.block("C"):                            with T.block("C"):
 *     T.reads(A[vi, vk], B[vk, vj])     →           T.reads(B[vk, vj])
 * </pre>
 */
public final class UnsafeHideBufferAccess {
  private static final String NAME = "unsafeHideBufferAccess";

  private UnsafeHideBufferAccess() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, String kind, List<Integer> indices) {
    Site.Block site = state.block(ref);
    if (!kind.equals("read") && !kind.equals("write")) {
      throw state.refuse(NAME, "'" + kind + "' is neither 'read' nor 'write'", site);
    }
    Stmt.Block block = site.block();
    List<BufferRegion> regions = kind.equals("read") ? block.reads() : block.writes();
    List<BufferRegion> kept = new ArrayList<>();
    for (int i = 0; i < regions.size(); i++) {
      if (!indices.contains(i)) {
        kept.add(regions.get(i));
      }
    }
    for (int index : indices) {
      if (index < 0 || index >= regions.size()) {
        throw state.refuse(
            NAME,
            "index " + index + " is out of range: " + site + " has " + regions.size() + " of them",
            site);
      }
    }
    Stmt.Block hidden =
        kind.equals("read")
            ? block.withRegions(kept, block.writes())
            : block.withRegions(block.reads(), kept);
    return state.replace(site, site.stmt().withBlock(hidden)).taint();
  }
}
