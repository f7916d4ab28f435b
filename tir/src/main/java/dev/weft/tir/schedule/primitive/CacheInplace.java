package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Has a block that updates a buffer in place do so in another memory: what it reads is copied there
 * before, what it writes is copied back after, each time the block is carried out.
 *
 * <p>Arguments: the block; which of its reads; the memory. Gives back the block that copies in and
 * the one that copies back.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block reads and writes the buffer,
 *   <li>what it writes is within what it reads, so that nothing unknown is copied back,
 *   <li>all that is read of the buffer was written before, by another block than this one.
 * </ol>
 *
 * <pre>
 *                                            for ax0 in range(64):
 *                                                with T.block("A_local"): A_local[v0] = A[v0]
 * with T.block("update"):                    with T.block("update"):
 *     T.reads(A[0:64])                 →         T.reads(A_local[0:64])
 *     T.writes(A[0:64])                          T.writes(A_local[0:64])
 *                                            for ax0 in range(64):
 *                                                with T.block("A_local"): A[v0] = A_local[v0]
 * </pre>
 */
public final class CacheInplace {
  private static final String NAME = "cacheInplace";

  private CacheInplace() {}

  /** See the class. */
  public static Applied<List<BlockRef>> apply(
      ScheduleState state, BlockRef ref, int readIndex, Scope memory) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Site.Block scope = conditions.scope(site);
    Buffer buffer = conditions.buffer(site, readIndex, false);
    BufferRegion read = site.block().reads().get(readIndex);
    BufferRegion written = Conditions.regionOf(site.block().writes(), buffer);
    if (written == null) {
      throw state.refuse(
          NAME, site + " does not both read and write '" + buffer.name() + "'", site);
    }
    for (Site.Block reader : state.scope(scope).readers(buffer)) {
      if (!state.isCovered(reader)) {
        throw state.refuse(
            NAME, reader + " reads more of '" + buffer.name() + "' than was written", reader);
      }
    }
    if (!isWrittenBefore(state, site, buffer)) {
      throw state.refuse(NAME, "no block before " + site + " writes '" + buffer.name() + "'", site);
    }
    if (!site.stmt().predicate().isConst(1)) {
      throw state.refuse(
          NAME, site + " has a predicate, without which the copies would be made", site);
    }
    if (!holds(state, site, read, written)) {
      throw state.refuse(
          NAME, site + " writes more of '" + buffer.name() + "' than it reads", site);
    }
    CacheStage in = CacheStage.of(buffer, Regions.bound(site, read).region(), memory, true);
    CacheStage out =
        new CacheStage(buffer, in.cache(), Regions.bound(site, written).region(), true);
    Stmt copyIn = in.copy(true, state.analyzer(site));
    Stmt copyBack = out.copy(false, state.analyzer(site));
    Stmt staged = Stmt.seq(copyIn, in.redirect(site.stmt(), true, true), copyBack);
    Stmt.Block around = scope.block();
    Stmt.Block changed =
        around
            .withBody(replaced(around.body(), site.stmt(), staged))
            .withAllocBuffers(Blocks.allocating(around, in.cache()));
    ScheduleState next = state.replace(scope, scope.stmt().withBlock(changed));
    List<BlockRef> made = List.of(Blocks.within(next, copyIn), Blocks.within(next, copyBack));
    return new Applied<>(next.covered(made.getFirst()).covered(made.getLast()), made);
  }

  /** A parameter, or a buffer that another block writes before the block is carried out. */
  private static boolean isWrittenBefore(ScheduleState state, Site.Block site, Buffer buffer) {
    Site.Block inner = site;
    for (Site.Block scope = site.scope(); scope != null; scope = scope.scope()) {
      Site.Block reader = inner;
      List<Site.Block> writers = state.scope(scope).writers(buffer);
      boolean before =
          state.scope(scope).dependencies().stream()
              .anyMatch(
                  d ->
                      d.dst() == reader
                          && d.src() != reader
                          && d.kind() == BlockScope.Kind.RAW
                          && writers.contains(d.src()));
      if (before) {
        return true;
      }
      if (scope.block().allocBuffers().contains(buffer)) {
        return false;
      }
      inner = scope;
    }
    return true;
  }

  private static Stmt replaced(Stmt body, Stmt old, Stmt replacement) {
    Map<Stmt, Stmt> map = new IdentityHashMap<>();
    map.put(old, replacement);
    return Blocks.replace(body, map);
  }

  private static boolean holds(
      ScheduleState state, Site.Block site, BufferRegion outer, BufferRegion inner) {
    Analyzer analyzer = state.analyzer(site);
    site.block().iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    for (int i = 0; i < outer.region().size(); i++) {
      Range a = outer.region().get(i);
      Range b = inner.region().get(i);
      boolean within =
          analyzer.prove(Expr.le(a.min(), b.min()))
              && analyzer.prove(
                  Expr.le(Expr.add(b.min(), b.extent()), Expr.add(a.min(), a.extent())));
      if (!within) {
        return false;
      }
    }
    return true;
  }
}
