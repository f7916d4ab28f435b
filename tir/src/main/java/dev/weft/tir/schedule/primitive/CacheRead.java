package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
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

/**
 * Copies a buffer that a block reads into another memory, from which its readers then read.
 *
 * <p>Arguments: the block; which of its reads; the memory; the consumers that shall read the copy,
 * all readers in the scope if none is given. Gives back the copying block.
 *
 * <p>The copy is made right before the first of its readers, next to the block that writes the
 * buffer, or at the start of the scope if no block there writes it; {@code computeAt} moves it
 * closer to its readers.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>at most one block of the scope writes the buffer,
 *   <li>all that is read of it was written before, and it is known which part the writer writes,
 *   <li>the readers come after the writer,
 *   <li>where part of what is copied may not exist, because the writer or a reader leaves it out
 *       under a condition, it is known that it does.
 * </ol>
 *
 * <pre>
 * for i in range(128):                          for ax0 in range(128):
 *     with T.block("B"):                            with T.block("A_shared"):
 *         vi = T.axis.spatial(128, i)                   v0 = T.axis.spatial(128, ax0)
 *         B[vi] = A[vi] * 2.0             →             A_shared[v0] = A[v0]
 *                                               for i in range(128):
 *                                                   with T.block("B"):
 *                                                       vi = T.axis.spatial(128, i)
 *                                                       B[vi] = A_shared[vi] * 2.0
 * </pre>
 */
public final class CacheRead {
  private static final String NAME = "cacheRead";

  private CacheRead() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, BlockRef ref, int readIndex, Scope memory, List<BlockRef> consumerRefs) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Site.Block scope = conditions.scope(site);
    Buffer buffer = conditions.buffer(site, readIndex, false);
    BlockScope blocks = state.scope(scope);
    List<Site.Block> writers = blocks.writers(buffer);
    if (writers.size() > 1) {
      throw state.refuse(
          NAME,
          "buffer '"
              + buffer.name()
              + "' is written by "
              + writers.size()
              + " blocks, it must be written by one at most",
          writers.toArray(Site[]::new));
    }
    List<Site.Block> consumers = readers(conditions, scope, buffer, writers, consumerRefs);
    CachePlace place =
        writers.isEmpty()
            ? new CachePlace(scope, 0)
            : CachePlace.between(writers.getFirst(), consumers, scope);
    List<Range> region = region(state, scope, buffer, writers, place);
    checkInBounds(state, scope, buffer, region, consumers, writers, !place.isBlock());
    if (!writers.isEmpty()) {
      conditions.thereAlways(writers.getFirst(), place.around());
    }
    CacheStage stage = CacheStage.of(buffer, region, memory, !place.isBlock());
    stage.checkPointers(conditions, consumers);
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    for (Site.Block consumer : consumers) {
      redirected.put(consumer.stmt(), stage.redirect(consumer.stmt(), true, false));
    }
    Stmt copy = stage.copy(true, state.analyzer(place.around()));
    ScheduleState next = state.replace(scope, place.insert(scope, copy, stage.cache(), redirected));
    BlockRef made = Blocks.within(next, copy);
    return new Applied<>(next.covered(made), made);
  }

  private static List<Site.Block> readers(
      Conditions conditions,
      Site.Block scope,
      Buffer buffer,
      List<Site.Block> writers,
      List<BlockRef> consumerRefs) {
    ScheduleState state = conditions.state();
    List<Site.Block> all =
        state.scope(scope).readers(buffer).stream().filter(r -> !writers.contains(r)).toList();
    for (Site.Block reader : all) {
      if (!state.isCovered(reader)) {
        throw state.refuse(
            NAME, reader + " reads more of '" + buffer.name() + "' than was written", reader);
      }
    }
    List<Site.Block> chosen = consumerRefs.stream().map(state::block).toList();
    for (Site.Block consumer : chosen) {
      if (consumer.scope() != scope) {
        throw state.refuse(NAME, consumer + " is not in the scope of " + scope, consumer);
      }
      if (writers.contains(consumer) && loads(consumer, buffer)) {
        throw state.refuse(NAME, consumer + " writes '" + buffer.name() + "' itself", consumer);
      }
    }
    // A consumer that doesn't read the buffer stays as it is, as does the writer.
    List<Site.Block> readers =
        chosen.isEmpty() ? all : chosen.stream().filter(all::contains).toList();
    List<Site.Block> order = state.scope(scope).blocks();
    for (Site.Block reader : readers) {
      if (!writers.isEmpty() && order.indexOf(reader) < order.indexOf(writers.getFirst())) {
        throw state.refuse(
            NAME,
            reader + " reads '" + buffer.name() + "' before " + writers.getFirst() + " writes it",
            reader,
            writers.getFirst());
      }
    }
    return readers;
  }

  /** Whether a block reads a buffer, be it the one that it updates. */
  private static boolean loads(Site.Block block, Buffer buffer) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node == buffer.data();
        found[0] |= node instanceof Expr.Load load && load.buffer() == buffer;
        super.expr(node);
      }
    }.stmt(block.block());
    return found[0];
  }

  /**
   * A reader or writer may leave out elements of the region that it declares, because they don't
   * exist; the copy can't.
   */
  private static void checkInBounds(
      ScheduleState state,
      Site.Block scope,
      Buffer buffer,
      List<Range> region,
      List<Site.Block> consumers,
      List<Site.Block> writers,
      boolean whole) {
    Analyzer analyzer = state.analyzer(scope);
    boolean inside = true;
    boolean outside = false;
    for (int i = 0; i < region.size(); i++) {
      Expr min = region.get(i).min();
      Expr end = Expr.add(min, Expr.cast(min.dtype(), region.get(i).extent()));
      inside &=
          analyzer.prove(Expr.ge(min, Expr.imm(min.dtype(), 0)))
              && analyzer.prove(Expr.le(end, Expr.cast(min.dtype(), buffer.shape().get(i))));
      outside |=
          analyzer.prove(Expr.lt(min, Expr.imm(min.dtype(), 0)))
              || analyzer.prove(Expr.gt(end, Expr.cast(min.dtype(), buffer.shape().get(i))));
    }
    for (Site.Block consumer : consumers) {
      boolean conditional =
          !consumer.stmt().predicate().isConst(1)
              || ConditionalAccess.of(buffer, consumer.block().body());
      if (!inside && conditional) {
        throw state.refuse(
            NAME,
            consumer + " reads '" + buffer.name() + "' under a condition, some of it out of bounds",
            consumer);
      }
    }
    for (Site.Block writer : writers) {
      if (!inside && !whole && Conditions.isLimitedWithin(writer, buffer)) {
        throw state.refuse(
            NAME,
            writer + " writes '" + buffer.name() + "' under a condition, some of it out of bounds",
            writer);
      }
    }
    if (outside && !whole) {
      throw state.refuse(
          NAME, scope + " states that it reads '" + buffer.name() + "' out of bounds", scope);
    }
  }

  private static List<Range> region(
      ScheduleState state,
      Site.Block scope,
      Buffer buffer,
      List<Site.Block> writers,
      CachePlace place) {
    if (writers.isEmpty()) {
      BufferRegion declared = Conditions.regionOf(scope.block().reads(), buffer);
      if (declared == null) {
        return buffer.whole().region();
      }
      if (!scope.isRoot()
          && !state.isCovered(scope)
          && Gaps.betweenReads(scope, buffer, declared.region())) {
        throw state.refuse(
            NAME,
            scope
                + " reads only some of the part of '"
                + buffer.name()
                + "' that it states, and not all of that may be written",
            scope);
      }
      return declared.region();
    }
    Site.Block writer = writers.getFirst();
    new Conditions(NAME, state).ofOneThread(writer, buffer, buffer.scope(), place.around());
    BufferRegion written = Conditions.regionOf(writer.block().writes(), buffer);
    if (written == null) {
      throw new IllegalStateException(writer + " writes '" + buffer.name() + "'");
    }
    boolean exact =
        Regions.lowerBound(
                Regions.bound(writer, written),
                Regions.domain(writer.parent(), place.around(), buffer.scope()),
                writer.stmt().predicate(),
                state.analyzer(writer))
            != null;
    boolean given = state.function(scope).paramBuffers().contains(buffer);
    List<Range> region = Regions.relaxed(writer, written, place.around(), state.analyzer(writer));
    boolean gaps =
        !given
            && (Gaps.between(writer, buffer, region, place.around())
                || Conditions.isLimitedWithin(writer, buffer));
    if (!exact || gaps) {
      throw state.refuse(
          NAME, "which part of '" + buffer.name() + "' " + writer + " writes is not known", writer);
    }
    return region;
  }
}
