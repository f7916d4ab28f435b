package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.AffineMap;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Subspaces;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A block taken apart into an outer block, for the loops outside, and an inner one, for the loops
 * inside: each axis {@code v} becomes {@code v_o * n + v_i}.
 */
final class BlockDivision {
  private final String primitive;
  private final ScheduleState state;
  private final Site.Block site;
  private final Site border;
  private final boolean preserveUnitIters;
  private final Analyzer analyzer;
  private final List<Stmt.For> innerLoops = new ArrayList<>();
  private final Set<Var> innerVars = new HashSet<>();
  private final Map<Var, Range> loops;
  private final List<IterVar> outerAxes = new ArrayList<>();
  private final List<Expr> outerValues = new ArrayList<>();
  private final List<IterVar> innerAxes = new ArrayList<>();
  private final List<Expr> innerValues = new ArrayList<>();
  private final Map<Var, Expr> values = new HashMap<>();
  private final List<Expr> outerPredicate = new ArrayList<>();
  private final List<Expr> innerPredicate = new ArrayList<>();

  /**
   * Divides a block.
   *
   * @param primitive who asks, for its refusals
   * @param site the block
   * @param innerLoops the loops inside, outermost first
   * @param border where it is taken apart, for messages
   * @param preserveUnitIters whether loops of extent 1 stay in the values of axes
   * @throws ScheduleException if an axis is no such sum
   */
  BlockDivision(
      String primitive,
      ScheduleState state,
      Site.Block site,
      List<Site.Loop> innerLoops,
      Site border,
      boolean preserveUnitIters) {
    this.primitive = primitive;
    this.state = state;
    this.site = site;
    this.border = border;
    this.preserveUnitIters = preserveUnitIters;
    this.analyzer = state.analyzer(site);
    this.loops = Regions.domain(site.parent(), null, Scope.GLOBAL);
    for (Site.Loop inner : innerLoops) {
      this.innerLoops.add(inner.stmt());
      innerVars.add(inner.stmt().var());
      if (site.block().init() != null && Conditions.isRepeating(site, inner)) {
        throw refuse(inner + " does the whole reduction again, which must begin again too");
      }
    }
    splitPredicate();
    if (site.block().init() != null && !innerLoops.isEmpty()) {
      new Conditions(primitive, state).once(site, innerLoops.getFirst());
    }
    List<Subspaces.Division> divisions = divisions();
    for (int i = 0; i < divisions.size(); i++) {
      deriveAxis(site.block().iterVars().get(i), site.stmt().iterValues().get(i), divisions.get(i));
    }
  }

  /** The axes of the outer block. */
  List<IterVar> outerAxes() {
    return outerAxes;
  }

  /** Their values, in terms of the loops outside. */
  List<Expr> outerValues() {
    return outerValues;
  }

  /** What of the predicate is about the loops outside. */
  Expr outerPredicate() {
    return Vars.conjunction(outerPredicate);
  }

  /** The loops inside around a body. */
  Stmt around(Stmt body) {
    Stmt nest = body;
    for (Stmt.For each : innerLoops.reversed()) {
      nest = inside(each, nest);
    }
    return nest;
  }

  /** A loop whose range depends on the outer block's axes, not on the loops outside. */
  private Stmt.For inside(Stmt.For loop, Stmt body) {
    Map<Var, Expr> axes = new HashMap<>();
    for (int i = 0; i < outerAxes.size(); i++) {
      if (outerValues.get(i) instanceof Var var) {
        axes.put(var, outerAxes.get(i).var());
      }
    }
    Expr min = Substitute.in(loop.min(), axes);
    Expr extent = Substitute.in(loop.extent(), axes);
    Set<Var> outside = new HashSet<>(loops.keySet());
    outside.removeAll(innerVars);
    if (Vars.usesAny(min, outside) || Vars.usesAny(extent, outside)) {
      throw refuse("the range of loop '" + loop.var().name() + "' depends on a loop outside");
    }
    return new Stmt.For(
        loop.var(), min, extent, loop.kind(), loop.thread(), loop.annotations(), body);
  }

  /** Refuses in the primitive's name. */
  ScheduleException refuse(String reason) {
    return state.refuse(
        primitive, site + " can't be taken apart at " + border + ": " + reason, site, border);
  }

  private void splitPredicate() {
    for (Expr part : Vars.conjuncts(site.stmt().predicate())) {
      Set<Var> used = new HashSet<>(Vars.in(part));
      used.retainAll(loops.keySet());
      if (innerVars.containsAll(used) && !used.isEmpty()) {
        innerPredicate.add(part);
      } else if (used.stream().noneMatch(innerVars::contains)) {
        outerPredicate.add(part);
      } else {
        throw refuse("its predicate is about loops outside and inside at once");
      }
    }
  }

  private List<Subspaces.Division> divisions() {
    AffineMap map =
        AffineMap.detect(
            site.stmt().iterValues(),
            loops,
            site.stmt().predicate(),
            AffineMap.Level.SURJECTIVE,
            analyzer);
    List<Subspaces.Division> divisions =
        map == null ? null : Subspaces.divide(map, innerVars, analyzer);
    if (divisions == null) {
      divisions = trivial();
    }
    if (divisions == null) {
      throw refuse("the values of its axes are not made of an outer and an inner part");
    }
    return divisions;
  }

  /** Each value of outer, or of inner loops only; then the axis's domain is the part's. */
  private @Nullable List<Subspaces.Division> trivial() {
    if (!site.stmt().predicate().isConst(1)) {
      return null;
    }
    List<Subspaces.Division> result = new ArrayList<>();
    for (int i = 0; i < site.stmt().iterValues().size(); i++) {
      Expr value = site.stmt().iterValues().get(i);
      Range dom = site.block().iterVars().get(i).dom();
      Set<Var> used = new HashSet<>(Vars.in(value));
      used.retainAll(loops.keySet());
      Expr zero = Expr.imm(value.dtype(), 0);
      Expr one = Expr.imm(value.dtype(), 1);
      if (used.isEmpty()) {
        result.add(new Subspaces.Division(value, one, zero, one));
      } else if (!dom.min().isConst(0)) {
        return null;
      } else if (used.stream().noneMatch(innerVars::contains)) {
        result.add(new Subspaces.Division(value, dom.extent(), zero, one));
      } else if (innerVars.containsAll(used)) {
        result.add(new Subspaces.Division(zero, one, value, dom.extent()));
      } else {
        return null;
      }
    }
    return result;
  }

  private void deriveAxis(IterVar axis, Expr value, Subspaces.Division division) {
    Expr outerValue = analyzer.simplify(division.outer());
    Var outer = axis.var().renamed(axis.var().name() + "_o");
    boolean single = division.outerExtent().isConst(1);
    boolean fixed = single && !outerValue.isConst(0);
    // A value that no loop changes need not be 0; then the axis keeps its domain.
    Range dom = fixed ? axis.dom() : Range.upTo(division.outerExtent());
    outerAxes.add(new IterVar(dom, outer, axis.kind(), null));
    outerValues.add(withUnitLoops(outerValue, value, false));
    if (division.innerExtent().isConst(1)) {
      boolean gone = single && !fixed && !preserveUnitIters;
      values.put(axis.var(), gone ? Expr.imm(axis.var().dtype(), 0) : outer);
      return;
    }
    if (Vars.usesAny(division.innerExtent(), loops.keySet())) {
      throw refuse(
          "how many values axis '" + axis.var().name() + "' has inside depends on another loop");
    }
    Var inner = axis.var().renamed(axis.var().name() + "_i");
    innerAxes.add(new IterVar(Range.upTo(division.innerExtent()), inner, axis.kind(), null));
    innerValues.add(withUnitLoops(analyzer.simplify(division.inner()), value, true));
    values.put(
        axis.var(), single ? inner : Expr.add(Expr.mul(outer, division.innerExtent()), inner));
  }

  /** Adds the loops of extent 1, which are 0, that occur in an axis's value. */
  private Expr withUnitLoops(Expr part, Expr value, boolean inside) {
    Expr result = part;
    if (preserveUnitIters) {
      for (Var var : Vars.in(value)) {
        Range range = loops.get(var);
        boolean unit = range != null && range.min().isConst(0) && range.extent().isConst(1);
        if (unit && innerVars.contains(var) == inside) {
          result = result.isConst(0) ? var : Expr.add(result, var);
        }
      }
    }
    return result;
  }

  /** The inner block in its place: without init, which is the outer block's. */
  Stmt.BlockRealize inner() {
    Stmt.Block block = site.block();
    List<BufferRegion> reads = new ArrayList<>();
    if (block.init() != null) {
      for (BufferRegion write : block.writes()) {
        if (Conditions.regionOf(block.reads(), write.buffer()) == null) {
          reads.add(write);
        }
      }
    }
    reads.addAll(block.reads());
    List<MatchBufferRegion> views =
        block.matchBuffers().stream().map(match -> Views.substitute(match, values)).toList();
    Stmt.Block divided =
        Blocks.withViews(
                Blocks.with(
                    block,
                    innerAxes,
                    substituted(reads),
                    substituted(block.writes()),
                    null,
                    block.body()),
                views)
            .withBody(Substitute.in(block.body(), values));
    return new Stmt.BlockRealize(innerValues, Vars.conjunction(innerPredicate), divided);
  }

  private List<BufferRegion> substituted(List<BufferRegion> regions) {
    return regions.stream().map(region -> Substitute.in(region, values)).toList();
  }

  /** What the outer block reads: all values of the inner axes. */
  List<BufferRegion> outerReads() {
    return relaxed(site.block().reads());
  }

  /** What the outer block writes. */
  List<BufferRegion> outerWrites() {
    return relaxed(site.block().writes());
  }

  private List<BufferRegion> relaxed(List<BufferRegion> regions) {
    Map<Var, Interval> domain = new HashMap<>();
    for (IterVar axis : innerAxes) {
      Expr last = Expr.sub(axis.dom().extent(), 1);
      domain.put(axis.var(), new Interval(axis.dom().min(), last));
    }
    List<BufferRegion> result = new ArrayList<>();
    for (BufferRegion region : substituted(regions)) {
      List<Range> ranges = new ArrayList<>();
      for (int i = 0; i < region.region().size(); i++) {
        Range range = region.region().get(i);
        Expr end = analyzer.simplify(Expr.sub(Expr.add(range.min(), range.extent()), 1));
        Interval covered =
            new Interval(
                Regions.evaluate(analyzer.simplify(range.min()), domain, analyzer).min(),
                Regions.evaluate(end, domain, analyzer).max());
        Range whole = Range.upTo(region.buffer().shape().get(i));
        ranges.add(Regions.range(covered, whole, analyzer));
      }
      result.add(new BufferRegion(region.buffer(), ranges));
    }
    return result;
  }

  /** The init for all spatial values of the inner axes; null where the block has none. */
  @Nullable Stmt outerInit() {
    Stmt init = site.block().init();
    if (init == null) {
      return null;
    }
    Stmt body = Substitute.in(init, values);
    Set<Var> used = Vars.in(body);
    Map<Var, Expr> renamed = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    List<Expr> axisValues = new ArrayList<>();
    for (int i = 0; i < innerAxes.size(); i++) {
      IterVar axis = innerAxes.get(i);
      if (axis.kind() == IterVar.Kind.SPATIAL && used.contains(axis.var())) {
        Var var = axis.var().renamed(axis.var().name() + "_init");
        renamed.put(axis.var(), var);
        axes.add(axis.withVar(var));
        axisValues.add(innerValues.get(i));
      }
    }
    Set<Var> around = new LinkedHashSet<>();
    axisValues.forEach(value -> around.addAll(Vars.in(value)));
    List<Expr> kept = new ArrayList<>();
    for (Expr part : innerPredicate) {
      if (around.containsAll(Vars.in(part))) {
        kept.add(part);
      } else if (Vars.usesAny(part, around)) {
        throw refuse("its predicate is about spatial and reduction loops at once");
      }
    }
    Stmt.Block block =
        new Stmt.Block(
            site.block().name() + "_init",
            axes,
            List.of(),
            substituted(site.block().writes()).stream()
                .map(write -> Substitute.in(write, renamed))
                .toList(),
            List.of(),
            List.of(),
            Map.of(),
            null,
            Substitute.in(body, renamed));
    Stmt nest = new Stmt.BlockRealize(axisValues, Vars.conjunction(kept), block);
    for (Stmt.For each : innerLoops.reversed()) {
      if (around.contains(each.var())) {
        Stmt.For ranged = inside(each, nest);
        nest = Nests.renamed(ranged, each.var().renamed(each.var().name()), nest);
      }
    }
    return nest;
  }
}
