package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Has a block write a buffer through a copy in another memory, at indices of one's own choice.
 *
 * <p>Arguments: the block; which of its writes; the memory; a map from the block's axes to the
 * indices of the copy. Gives back the block that copies to the buffer.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is the only one of the scope that writes the buffer, and does not begin with what
 *       was there before,
 *   <li>it writes the buffer at a single point,
 *   <li>the same axes are in the indices of the buffer and of the copy, and none is negative,
 *   <li>the copy has the loops that limit its loops,
 *   <li>different elements come to different places of the copy.
 * </ol>
 *
 * <pre>
 * for i, j in T.grid(128, 64):             for i, j in T.grid(128, 64):
 *     with T.block("B"):                       with T.block("B"):
 *         B[vi, vj] = A[vi, vj] * 2.0   →          B_local[vj, vi] = A[vi, vj] * 2.0
 *                                          for i, j in T.grid(128, 64):
 *                                              with T.block("B_local"):
 *                                                  B[vi, vj] = B_local[vj, vi]
 * </pre>
 */
public final class ReindexCacheWrite {
  private static final String NAME = "reindexCacheWrite";

  private ReindexCacheWrite() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, BlockRef ref, int writeIndex, Scope memory, IndexMap map) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    Site.Block scope = conditions.stagePipeline(site);
    BlockScope blocks = state.scope(scope);
    if (!blocks.writers(buffer).equals(List.of(site))) {
      throw state.refuse(
          NAME,
          "buffer '" + buffer.name() + "' is written by other blocks too",
          blocks.writers(buffer).toArray(Site[]::new));
    }
    conditions.ownInit(site, buffer);
    ReindexStage stage =
        new ReindexStage(NAME, state, site, site.block().writes().get(writeIndex), memory, map);
    List<Site.Block> readers =
        blocks.dependencies().stream()
            .filter(d -> d.src() == site && d.kind() == BlockScope.Kind.RAW)
            .map(BlockScope.Dependency::dst)
            .toList();
    CachePlace place = CachePlace.between(site, readers, scope);
    Stmt copy = stage.copy(false, place.around());
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    redirected.put(site.stmt(), stage.redirected());
    ScheduleState next = state.replace(scope, place.insert(scope, copy, stage.cache(), redirected));
    BlockRef made = Blocks.within(next, copy);
    return new Applied<>(next.covered(made), made);
  }
}
