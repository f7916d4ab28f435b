package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Has a block read a buffer through a copy in another memory, at indices of one's own choice.
 *
 * <p>Arguments: the block; which of its reads; the memory; a map from the block's axes to the
 * indices of the copy. Gives back the copying block.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>at most one block of the scope writes the buffer, and not this one,
 *   <li>the block reads the buffer at a single point, and, where it guards its accesses, one that
 *       is in bounds for all values of its axes,
 *   <li>the same axes are in the indices of the buffer and of the copy, and none is negative,
 *   <li>the copy has the loops that limit its loops,
 *   <li>different elements come to different places of the copy,
 *   <li>no index of what it reads comes from a buffer that the scope writes.
 * </ol>
 *
 * <pre>
 *                                          for i, j in T.grid(128, 64):
 *                                              with T.block("A_shared"):
 * for i, j in T.grid(128, 64):                     A_shared[vj, vi] = A[vi, vj]
 *     with T.block("B"):             →     for i, j in T.grid(128, 64):
 *         B[vi, vj] = A[vi, vj] * 2.0          with T.block("B"):
 *                                                  B[vi, vj] = A_shared[vj, vi] * 2.0
 * </pre>
 */
public final class ReindexCacheRead {
  private static final String NAME = "reindexCacheRead";

  private ReindexCacheRead() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, BlockRef ref, int readIndex, Scope memory, IndexMap map) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, readIndex, false);
    Site.Block scope = conditions.stagePipeline(site);
    List<Site.Block> writers = state.scope(scope).writers(buffer);
    if (writers.size() > 1 || writers.contains(site)) {
      throw state.refuse(
          NAME,
          "buffer '"
              + buffer.name()
              + "' is written by "
              + writers.size()
              + " blocks, it must be written by one at most, and not by "
              + site,
          writers.toArray(Site[]::new));
    }
    BufferRegion read = site.block().reads().get(readIndex);
    List<Expr> indices = read.region().stream().map(Range::min).toList();
    conditions.inBounds(site, buffer, indices);
    conditions.indicesAreGiven(site, indices, state.scope(scope));
    ReindexStage stage = new ReindexStage(NAME, state, site, read, memory, map);
    CachePlace place =
        writers.isEmpty()
            ? new CachePlace(scope, 0)
            : CachePlace.between(writers.getFirst(), List.of(site), scope);
    Stmt copy = stage.copy(true, place.around());
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    redirected.put(site.stmt(), stage.redirected());
    ScheduleState next = state.replace(scope, place.insert(scope, copy, stage.cache(), redirected));
    BlockRef made = Blocks.within(next, copy);
    return new Applied<>(next.covered(made), made);
  }
}
