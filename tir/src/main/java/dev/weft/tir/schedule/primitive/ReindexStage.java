package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.Distinction;
import dev.weft.tir.arith.IndexMaps;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A copy of the elements that a block accesses one at a time, at indices given as a map of the
 * block's axes, and the nest that copies: the block's own loops and axes, as far as the indices use
 * them.
 */
final class ReindexStage {
  private final String primitive;
  private final ScheduleState state;
  private final Site.Block site;
  private final Buffer buffer;
  private final Buffer cache;
  private final List<Expr> original;
  private final List<Expr> cached;
  private final List<IterVar> used = new ArrayList<>();
  private final List<Expr> values = new ArrayList<>();

  ReindexStage(
      String primitive,
      ScheduleState state,
      Site.Block site,
      BufferRegion access,
      Scope memory,
      IndexMap given) {
    this.primitive = primitive;
    this.state = state;
    this.site = site;
    this.buffer = access.buffer();
    if (!access.region().stream().allMatch(Range::isPoint)) {
      throw state.refuse(
          primitive, site + " accesses '" + buffer.name() + "' at more than a single point", site);
    }
    original = access.region().stream().map(Range::min).toList();
    List<IterVar> axes = site.block().iterVars();
    if (given.inputs().size() != axes.size()) {
      throw state.refuse(
          primitive,
          "the map takes "
              + Counted.of(given.inputs().size(), "index", "indices")
              + ", "
              + site
              + " has "
              + Counted.of(axes.size(), "axis", "axes"),
          site);
    }
    Analyzer analyzer = state.analyzer(site);
    IndexMap map = axes.isEmpty() ? given : IndexMaps.inType(given, axes.getFirst().var().dtype());
    cached = IndexMaps.apply(map, Blocks.vars(axes), analyzer);
    for (int i = 0; i < axes.size(); i++) {
      Var axis = axes.get(i).var();
      boolean before = original.stream().anyMatch(e -> Vars.uses(e, axis));
      boolean after = cached.stream().anyMatch(e -> Vars.uses(e, axis));
      if (before != after) {
        throw state.refuse(
            primitive,
            "axis '"
                + axis.name()
                + "' is in the indices of "
                + (before ? "the buffer but not in those of the copy" : "the copy only"),
            site);
      }
      if (before) {
        used.add(axes.get(i));
        values.add(site.stmt().iterValues().get(i));
      }
    }
    List<Expr> shape = shape(map, axes, analyzer);
    for (Site.Loop loop : site.loopsAround()) {
      if (shape.stream().anyMatch(dim -> Vars.uses(dim, loop.stmt().var()))) {
        throw state.refuse(primitive, "the shape of the copy depends on " + loop, loop, site);
      }
    }
    cache = buffer.withShape(shape, List.of()).inScope(memory, buffer.name() + "_" + memory);
    checkOwnPlaces(analyzer);
  }

  Buffer cache() {
    return cache;
  }

  private List<Expr> shape(IndexMap map, List<IterVar> axes, Analyzer analyzer) {
    List<Range> domains = new ArrayList<>();
    for (IterVar axis : axes) {
      Range dom = axis.dom();
      if (!analyzer.prove(Expr.ge(dom.min(), Expr.imm(dom.min().dtype(), 0)))) {
        throw state.refuse(
            primitive, "axis '" + axis.var().name() + "' may be negative, as an index can't", site);
      }
      domains.add(Range.upTo(analyzer.simplify(Expr.add(dom.min(), dom.extent()))));
    }
    try {
      return IndexMaps.nonSurjectiveInverse(map, domains, analyzer).shape();
    } catch (IllegalArgumentException partial) {
      try {
        return IndexMaps.mapShape(map, domains.stream().map(Range::extent).toList(), analyzer);
      } catch (IllegalArgumentException unbounded) {
        throw state.refuse(
            primitive, "the shape of the copy is not known: " + unbounded.getMessage(), site);
      }
    }
  }

  /** Different elements must be at different places of the copy. */
  private void checkOwnPlaces(Analyzer analyzer) {
    Map<Var, Range> domain = new LinkedHashMap<>();
    used.forEach(axis -> domain.put(axis.var(), axis.dom()));
    if (Distinction.of(domain, original, cached, analyzer) != Distinction.HOLDS) {
      throw state.refuse(
          primitive,
          "different elements of '" + buffer.name() + "' would come to the same place",
          site);
    }
  }

  /**
   * The copying nest.
   *
   * @param around the loop or block that it goes into
   */
  Stmt copy(boolean intoCache, Site around) {
    Map<Var, Expr> renamed = new HashMap<>();
    Set<Var> needed = new HashSet<>();
    values.forEach(value -> needed.addAll(Vars.in(value)));
    List<Site.Loop> loops = new ArrayList<>();
    for (Site.Loop loop : site.loopsAround()) {
      if (!loop.contains(around) && needed.contains(loop.stmt().var())) {
        loops.add(loop);
        renamed.put(loop.stmt().var(), loop.stmt().var().renamed(loop.name()));
      }
    }
    for (Site.Loop loop : loops) {
      checkLimits(loop, around, renamed);
    }
    List<IterVar> axes = new ArrayList<>();
    for (IterVar axis : used) {
      Var var = axis.var().renamed(axis.var().name());
      Expr min = Substitute.in(axis.dom().min(), renamed);
      Range dom = new Range(min, Substitute.in(axis.dom().extent(), renamed));
      axes.add(new IterVar(dom, var, IterVar.Kind.SPATIAL, null));
      renamed.put(axis.var(), var);
    }
    List<Expr> elements = original.stream().map(e -> Substitute.in(e, renamed)).toList();
    List<Expr> places = cached.stream().map(e -> Substitute.in(e, renamed)).toList();
    String name = buffer.name() + "_" + cache.scope();
    Stmt.Block block =
        intoCache
            ? Blocks.copy(name, axes, buffer, elements, cache, places)
            : Blocks.copy(name, axes, cache, places, buffer, elements);
    Stmt nest =
        new Stmt.BlockRealize(
            values.stream().map(e -> Substitute.in(e, renamed)).toList(),
            predicate(around, renamed),
            block);
    for (Site.Loop loop : loops.reversed()) {
      Stmt.For old = loop.stmt();
      nest =
          new Stmt.For(
              (Var) Objects.requireNonNull(renamed.get(old.var())),
              Substitute.in(old.min(), renamed),
              Substitute.in(old.extent(), renamed),
              ForKind.SERIAL,
              null,
              Map.of(),
              nest);
    }
    return nest;
  }

  /** A loop whose range depends on another one needs that one too. */
  private void checkLimits(Site.Loop loop, Site around, Map<Var, Expr> renamed) {
    for (Site.Loop outer : site.loopsAround()) {
      Var var = outer.stmt().var();
      boolean limits = Vars.uses(loop.stmt().min(), var) || Vars.uses(loop.stmt().extent(), var);
      if (limits && !outer.contains(around) && !renamed.containsKey(var)) {
        throw state.refuse(
            primitive, loop + " is limited by " + outer + ", which the copy does not have", site);
      }
    }
  }

  /** What limits the block limits the copy. */
  private Expr predicate(Site around, Map<Var, Expr> renamed) {
    Expr predicate = site.stmt().predicate();
    for (Site.Loop loop : site.loopsAround()) {
      Var var = loop.stmt().var();
      if (!loop.contains(around) && !renamed.containsKey(var) && Vars.uses(predicate, var)) {
        throw state.refuse(
            primitive, site + " is limited by " + loop + ", which the copy does not have", site);
      }
    }
    return Substitute.in(predicate, renamed);
  }

  /** The block with its accesses redirected to the copy. */
  Stmt redirected() {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        if (node == buffer.data()) {
          throw state.refuse(
              primitive, site + " accesses '" + buffer.name() + "' by its pointer", site);
        }
        Expr mapped = super.expr(node);
        return mapped instanceof Expr.Load load && load.buffer() == buffer
            ? new Expr.Load(cache, cached, load.predicate())
            : mapped;
      }

      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Store store && store.buffer() == buffer) {
          return new Stmt.Store(cache, store.value(), cached, store.predicate());
        }
        if (!(mapped instanceof Stmt.Block block)) {
          return mapped;
        }
        if (block.matchBuffers().stream().anyMatch(m -> m.source().buffer() == buffer)) {
          throw state.refuse(primitive, site + " accesses '" + buffer.name() + "' by a view", site);
        }
        return block.withRegions(
            block.reads().stream().map(this::region).toList(),
            block.writes().stream().map(this::region).toList());
      }

      private BufferRegion region(BufferRegion region) {
        return region.buffer() == buffer ? BufferRegion.point(cache, cached) : region;
      }
    }.stmt(site.stmt());
  }
}
