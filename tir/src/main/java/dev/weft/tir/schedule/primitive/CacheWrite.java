package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Gaps;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Has a block write into another memory, from which a new block copies to the original buffer.
 *
 * <p>Arguments: the block; which of its writes; the memory; the consumers that shall read the copy
 * (the others read the original buffer). Gives back the copying block; the writing block keeps its
 * handle.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block is the only one of the scope that writes the buffer,
 *   <li>nobody reads the buffer earlier in a loop around the block,
 *   <li>it is known which part the block writes,
 *   <li>it does not begin with what was in the buffer before (an update whose init is elsewhere).
 * </ol>
 *
 * <pre>
 * for i in range(128):                          for i in range(128):
 *     with T.block("B"):                            with T.block("B"):
 *         vi = T.axis.spatial(128, i)                   vi = T.axis.spatial(128, i)
 *         B[vi] = A[vi] * 2.0             →             B_local[vi] = A[vi] * 2.0
 *                                               for ax0 in range(128):
 *                                                   with T.block("B_local"):
 *                                                       v0 = T.axis.spatial(128, ax0)
 *                                                       B[v0] = B_local[v0]
 * </pre>
 */
public final class CacheWrite {
  private static final String NAME = "cacheWrite";

  private CacheWrite() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state,
      BlockRef ref,
      int writeIndex,
      Scope memory,
      List<BlockRef> consumerRefs) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    Site.Block scope = conditions.scope(site);
    BlockScope blocks = state.scope(scope);
    if (!blocks.writers(buffer).equals(List.of(site))) {
      throw state.refuse(
          NAME,
          "buffer '"
              + buffer.name()
              + "' is written by "
              + blocks.writers(buffer).size()
              + " blocks, it must be written by one",
          blocks.writers(buffer).toArray(Site[]::new));
    }
    conditions.ownInit(site, buffer);
    checkLater(state, site, blocks, buffer);
    List<Site.Block> chosen = consumerRefs.stream().map(state::block).toList();
    for (Site.Block consumer : chosen) {
      if (consumer.scope() != scope) {
        throw state.refuse(NAME, consumer + " is not in the scope of " + scope, consumer);
      }
    }
    // Those that don't read the buffer stay as they are.
    List<Site.Block> consumers =
        chosen.stream().filter(c -> c != site && blocks.readers(buffer).contains(c)).toList();
    for (Site.Block consumer : consumers) {
      if (blocks.readers(buffer).contains(consumer)
          && blocks.blocks().indexOf(consumer) < blocks.blocks().indexOf(site)) {
        throw state.refuse(
            NAME,
            consumer + " reads '" + buffer.name() + "' before " + site + " writes it",
            consumer);
      }
    }
    List<Site.Block> others =
        blocks.dependencies().stream()
            .filter(d -> d.src() == site && d.kind() == BlockScope.Kind.RAW)
            .map(BlockScope.Dependency::dst)
            .filter(reader -> !consumers.contains(reader))
            .toList();
    CachePlace place = CachePlace.between(site, others, scope);
    conditions.thereAlways(site, place.around());
    conditions.ofOneThread(site, buffer, buffer.scope(), place.around());
    BufferRegion written = site.block().writes().get(writeIndex);
    List<Range> region = Regions.relaxed(site, written, place.around(), state.analyzer(site));
    CacheStage stage = CacheStage.of(buffer, region, memory, !place.isBlock());
    stage.checkPointers(conditions, Stream.concat(Stream.of(site), consumers.stream()).toList());
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    redirected.put(site.stmt(), stage.redirect(site.stmt(), true, true));
    for (Site.Block consumer : consumers) {
      redirected.put(consumer.stmt(), stage.redirect(consumer.stmt(), true, false));
    }
    checkExact(state, site, written, region, place);
    Stmt copy = stage.copy(false, state.analyzer(place.around()));
    ScheduleState next = state.replace(scope, place.insert(scope, copy, stage.cache(), redirected));
    BlockRef made = Blocks.within(next, copy);
    return new Applied<>(next.covered(made), made);
  }

  /** Nobody may read, in a later iteration, what has not been copied back yet. */
  private static void checkLater(
      ScheduleState state, Site.Block site, BlockScope blocks, Buffer buffer) {
    for (Site.Block reader : blocks.readers(buffer)) {
      boolean before =
          blocks.blocks().indexOf(reader) < blocks.blocks().indexOf(site)
              && site.loopsAround().stream().anyMatch(loop -> loop.contains(reader));
      if (before) {
        throw state.refuse(
            NAME,
            reader
                + " reads '"
                + buffer.name()
                + "' in a loop with "
                + site
                + ", before it is written there",
            reader,
            site);
      }
    }
  }

  /** What the block leaves as it was must not be copied over. */
  private static void checkExact(
      ScheduleState state,
      Site.Block site,
      BufferRegion written,
      List<Range> region,
      CachePlace place) {
    boolean exact =
        Regions.lowerBound(
                Regions.bound(site, written),
                Regions.domain(site.parent(), place.around(), written.buffer().scope()),
                site.stmt().predicate(),
                state.analyzer(site))
            != null;
    if (!exact
        || Conditions.isLimitedWithin(site, written.buffer())
        || Gaps.between(site, written.buffer(), region, place.around())) {
      throw state.refuse(
          NAME,
          "which part of '" + written.buffer().name() + "' " + site + " writes is not known",
          site);
    }
  }
}
