package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Redirects all accesses of a buffer to one of another layout, through an index map. */
final class LayoutAccess extends IrRewriter {
  private final ScheduleState state;
  private final Site.Block around;
  private final Buffer buffer;
  private final Buffer changed;
  private final IndexMap map;
  private final Analyzer analyzer;

  /**
   * @param around the block that holds all accesses
   * @param analyzer what knows what is outside of it
   */
  LayoutAccess(
      ScheduleState state,
      Site.Block around,
      Buffer buffer,
      Buffer changed,
      IndexMap map,
      Analyzer analyzer) {
    this.state = state;
    this.around = around;
    this.buffer = buffer;
    this.changed = changed;
    this.map = map;
    this.analyzer = analyzer;
  }

  @Override
  public Expr expr(Expr node) {
    if (node == buffer.data()) {
      throw state.refuse(
          TransformLayout.NAME,
          "'" + buffer.name() + "' is accessed through its pointer, where its layout is not known",
          at(block -> Vars.in(block).contains(buffer.data())));
    }
    Expr mapped = super.expr(node);
    return mapped instanceof Expr.Load load && load.buffer() == buffer
        ? new Expr.Load(changed, indices(load.indices()), load.predicate())
        : mapped;
  }

  private List<Expr> indices(List<Expr> indices) {
    return dev.weft.tir.arith.IndexMaps.apply(map, indices, analyzer);
  }

  @Override
  public Stmt stmt(Stmt node) {
    if (node instanceof Stmt.For loop) {
      analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
    }
    if (node instanceof Stmt.Block block) {
      block.iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    }
    Stmt mapped = super.stmt(node);
    if (mapped instanceof Stmt.Store store && store.buffer() == buffer) {
      return new Stmt.Store(changed, store.value(), indices(store.indices()), store.predicate());
    }
    return mapped instanceof Stmt.Block block ? block(block) : mapped;
  }

  /** The innermost block of which something holds, or around those. */
  private Site.Block at(Predicate<Stmt.Block> wanted) {
    Site.Block site = around;
    Optional<Site.Block> inner = Optional.of(site);
    while (inner.isPresent()) {
      site = inner.get();
      inner = site.childBlocks().stream().filter(b -> wanted.test(b.block())).findFirst();
    }
    return site;
  }

  /** Whether a block, or one within it, has a view of a buffer. */
  private static boolean shows(Stmt.Block block, Buffer buffer) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |=
            node instanceof Stmt.Block inner
                && inner.matchBuffers().stream().anyMatch(m -> m.source().buffer() == buffer);
        super.stmt(node);
      }
    }.stmt(block);
    return found[0];
  }

  private Stmt block(Stmt.Block block) {
    for (MatchBufferRegion match : block.matchBuffers()) {
      if (match.source().buffer() == buffer) {
        throw state.refuse(
            TransformLayout.NAME,
            "'"
                + match.buffer().name()
                + "', a view of '"
                + buffer.name()
                + "', would not be one any more",
            at(site -> shows(site, buffer)));
      }
    }
    Stmt.Block result =
        block.allocBuffers().contains(buffer)
            ? block.withAllocBuffers(
                block.allocBuffers().stream().map(b -> b == buffer ? changed : b).toList())
            : block;
    boolean accesses =
        Conditions.regionOf(block.reads(), buffer) != null
            || Conditions.regionOf(block.writes(), buffer) != null;
    if (!accesses) {
      return result;
    }
    AccessRegions found = AccessRegions.detect(result);
    return result.withRegions(
        regions(block.reads(), found.reads()), regions(block.writes(), found.writes()));
  }

  /** The regions as they were stated, but that of the buffer as it is found now. */
  private List<BufferRegion> regions(List<BufferRegion> stated, List<BufferRegion> found) {
    BufferRegion now = Conditions.regionOf(found, changed);
    return stated.stream()
        .filter(region -> region.buffer() != buffer || now != null)
        .map(region -> region.buffer() == buffer && now != null ? now : region)
        .toList();
  }
}
