package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A copy of a region of a buffer in another memory, and the block that copies.
 *
 * @param buffer the original
 * @param cache the copy
 * @param region what is copied
 * @param whole whether the copy has the original's shape; otherwise it has the region's, and its
 *     indices count from the region's start
 */
record CacheStage(Buffer buffer, Buffer cache, List<Range> region, boolean whole) {
  static CacheStage of(Buffer buffer, List<Range> region, Scope scope, boolean whole) {
    String name = buffer.name() + "_" + scope;
    Buffer cache =
        whole
            ? buffer.inScope(scope, name)
            : buffer
                .withShape(region.stream().map(Range::extent).toList(), List.of())
                .inScope(scope, name);
    return new CacheStage(buffer, cache, region, whole);
  }

  /**
   * Loops and the block that copy, into the cache or out of it. Where the region may be larger than
   * the buffer, the block has a predicate.
   *
   * @param analyzer what knows the loops around the place
   */
  Stmt copy(boolean intoCache, Analyzer analyzer) {
    List<Expr> inside = new ArrayList<>();
    List<Var> loops = new ArrayList<>();
    List<Expr> extents = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    List<IterVar> axes = new ArrayList<>();
    List<Expr> original = new ArrayList<>();
    List<Expr> cached = new ArrayList<>();
    for (int i = 0; i < region.size(); i++) {
      Range range = region.get(i);
      Var loop = Var.of("ax" + i, range.extent().dtype());
      Var axis = Var.of("v" + i, range.extent().dtype());
      loops.add(loop);
      extents.add(range.extent());
      axes.add(IterVar.spatial(whole ? buffer.shape().get(i) : range.extent(), axis));
      values.add(whole ? Expr.add(range.min(), loop) : loop);
      if (whole) {
        analyzer.bind(loop, Range.upTo(range.extent()));
        inside.add(Expr.lt(values.getLast(), buffer.shape().get(i)));
        inside.add(Expr.ge(values.getLast(), Expr.imm(loop.dtype(), 0)));
      }
      original.add(whole ? axis : Expr.add(range.min(), axis));
      cached.add(axis);
    }
    inside.removeIf(analyzer::prove);
    Expr predicate = Vars.conjunction(inside);
    String name = buffer.name() + "_" + cache.scope();
    Stmt.Block block =
        intoCache
            ? Blocks.copy(name, axes, buffer, original, cache, cached)
            : Blocks.copy(name, axes, cache, cached, buffer, original);
    return Nests.around(loops, extents, new Stmt.BlockRealize(values, predicate, block));
  }

  /** Refuses blocks that use the buffer's pointer, where the copy has another shape. */
  void checkPointers(Conditions conditions, List<Site.Block> blocks) {
    boolean same =
        whole
            || IntStream.range(0, region.size())
                .allMatch(
                    i ->
                        region.get(i).min().isConst(0)
                            && region.get(i).extent().equals(buffer.shape().get(i)));
    for (Site.Block block : blocks) {
      if (!same && Vars.in(block.stmt()).contains(buffer.data())) {
        throw conditions
            .state()
            .refuse(
                conditions.primitive(),
                block + " accesses '" + buffer.name() + "' by its pointer",
                block);
      }
    }
  }

  /** Redirects accesses of the original, everywhere in a statement, to the cache. */
  Stmt redirect(Stmt stmt, boolean reads, boolean writes) {
    return new Redirect(reads, writes).stmt(stmt);
  }

  private List<Expr> indices(List<Expr> indices) {
    if (whole) {
      return indices;
    }
    List<Expr> result = new ArrayList<>();
    Analyzer analyzer = new Analyzer();
    for (int i = 0; i < indices.size(); i++) {
      result.add(analyzer.simplify(Expr.sub(indices.get(i), region.get(i).min())));
    }
    return result;
  }

  private BufferRegion region(BufferRegion access) {
    if (access.buffer() != buffer) {
      return access;
    }
    List<Expr> mins = indices(access.region().stream().map(Range::min).toList());
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < mins.size(); i++) {
      ranges.add(new Range(mins.get(i), access.region().get(i).extent()));
    }
    return new BufferRegion(cache, ranges);
  }

  private final class Redirect extends IrRewriter {
    private final boolean reads;
    private final boolean writes;

    Redirect(boolean reads, boolean writes) {
      this.reads = reads;
      this.writes = writes;
    }

    @Override
    public Expr expr(Expr node) {
      if (node == buffer.data()) {
        // An access by pointer goes to the same place of a copy of the same shape.
        return cache.data();
      }
      Expr mapped = super.expr(node);
      return reads
              && mapped instanceof Expr.Load(var from, var indices, var predicate)
              && from == buffer
          ? new Expr.Load(cache, indices(indices), predicate)
          : mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      if (writes
          && mapped instanceof Stmt.Store(var to, var value, var indices, var predicate)
          && to == buffer) {
        return new Stmt.Store(cache, value, indices(indices), predicate);
      }
      return mapped instanceof Stmt.Block block ? block(block) : mapped;
    }

    private Stmt.Block block(Stmt.Block block) {
      List<BufferRegion> newReads =
          reads ? Children.mapList(block.reads(), CacheStage.this::region) : block.reads();
      List<BufferRegion> newWrites =
          writes ? Children.mapList(block.writes(), CacheStage.this::region) : block.writes();
      List<MatchBufferRegion> views =
          Children.mapList(
              block.matchBuffers(),
              match ->
                  match.source().buffer() == buffer
                      ? new MatchBufferRegion(
                          Views.inScope(match.buffer(), cache.scope()), region(match.source()))
                      : match);
      Stmt.Block changed = block.withRegions(newReads, newWrites);
      return views == block.matchBuffers() ? changed : Views.replace(changed, views);
    }
  }
}
