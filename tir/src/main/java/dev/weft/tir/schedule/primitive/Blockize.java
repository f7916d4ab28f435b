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
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a loop and all that is in it a block, with the block inside as its inner block.
 *
 * <p>Arguments: the loop. Gives back the outer block; the handle of the block inside stays valid.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>there is one block under the loop,
 *   <li>the value of each of its axes is {@code outer * n + inner}, with {@code outer} a value of
 *       the loops outside and {@code inner}, in {@code [0, n)}, one of the loop and those within,
 *   <li>each part of its predicate is about one of the two only.
 * </ol>
 *
 * <p>The init of a reduction becomes the init of the outer block.
 *
 * <pre>
 * for i_0, i_1 in T.grid(8, 16):               for i_0 in range(8):
 *     with T.block("B"):                           with T.block("B_o"):
 *         vi = T.axis.S(128, i_0 * 16 + i_1)           vi_o = T.axis.spatial(8, i_0)
 *         B[vi] = A[vi] * 2.0             →            for i_1 in range(16):
 *                                                          with T.block("B"):
 *                                                              vi_i = T.axis.spatial(16, i_1)
 *                                                              B[vi_o * 16 + vi_i] = …
 * </pre>
 */
public final class Blockize {
  private static final String NAME = "blockize";

  private Blockize() {}

  /** See the class. */
  public static Applied<BlockRef> apply(ScheduleState state, LoopRef ref) {
    Site.Loop loop = state.loop(ref);
    Site.Block site = onlyBlock(state, loop);
    return new Blockize.Division(state, loop, site).apply();
  }

  private static Site.Block onlyBlock(ScheduleState state, Site.Loop loop) {
    Site site = loop;
    while (site instanceof Site.Loop at) {
      if (at.children().size() != 1 || at.stmt().body() != at.children().getFirst().stmt()) {
        throw state.refuse(NAME, at + " has more than one statement", at);
      }
      site = at.children().getFirst();
    }
    return (Site.Block) site;
  }

  /** One block taken apart at one loop. */
  private static final class Division {
    private final ScheduleState state;
    private final Site.Loop loop;
    private final Site.Block site;
    private final Analyzer analyzer;
    private final List<Stmt.For> innerLoops = new ArrayList<>();
    private final Set<Var> innerVars = new HashSet<>();
    private final List<IterVar> outerAxes = new ArrayList<>();
    private final List<Expr> outerValues = new ArrayList<>();
    private final List<IterVar> innerAxes = new ArrayList<>();
    private final List<Expr> innerValues = new ArrayList<>();
    private final Map<Var, Expr> values = new HashMap<>();

    Division(ScheduleState state, Site.Loop loop, Site.Block site) {
      this.state = state;
      this.loop = loop;
      this.site = site;
      this.analyzer = state.analyzer(site);
      List<Site.Loop> around = site.loopsAround();
      for (Site.Loop inner : around.subList(around.indexOf(loop), around.size())) {
        innerLoops.add(inner.stmt());
        innerVars.add(inner.stmt().var());
      }
    }

    Applied<BlockRef> apply() {
      List<Expr> outerPredicate = new ArrayList<>();
      List<Expr> innerPredicate = new ArrayList<>();
      splitPredicate(outerPredicate, innerPredicate);
      deriveAxes(divisions());
      Stmt.Block block = site.block();
      Stmt init = block.init();
      Stmt.Block inner = inner(block);
      Expr inside = Vars.conjunction(innerPredicate);
      Stmt body = new Stmt.BlockRealize(innerValues, inside, inner);
      for (Stmt.For each : innerLoops.reversed()) {
        body = each.withBody(body);
      }
      Stmt.Block outer =
          new Stmt.Block(
              block.name() + "_o",
              outerAxes,
              relaxed(block.reads()),
              relaxed(block.writes()),
              List.of(),
              List.of(),
              Map.of(),
              init == null ? null : outerInit(init, inner, inside),
              body);
      Stmt realize = new Stmt.BlockRealize(outerValues, Vars.conjunction(outerPredicate), outer);
      ScheduleState next = state.replace(loop, realize).recheckAffine(site.ref());
      return new Applied<>(next, Blocks.ref(next, outer));
    }

    private void splitPredicate(List<Expr> outer, List<Expr> inner) {
      for (Expr part : Vars.conjuncts(site.stmt().predicate())) {
        Set<Var> used = new HashSet<>(Vars.in(part));
        used.retainAll(Regions.domain(site.parent(), null, Scope.GLOBAL).keySet());
        if (innerVars.containsAll(used) && !used.isEmpty()) {
          inner.add(part);
        } else if (used.stream().noneMatch(innerVars::contains)) {
          outer.add(part);
        } else {
          throw refuse("its predicate is about loops outside and inside at once");
        }
      }
    }

    private List<AffineMap.Division> divisions() {
      AffineMap map =
          AffineMap.detect(
              site.stmt().iterValues(),
              Regions.domain(site.parent(), null, Scope.GLOBAL),
              site.stmt().predicate(),
              AffineMap.Level.SURJECTIVE,
              analyzer);
      List<AffineMap.Division> divisions = map == null ? null : map.divide(innerVars);
      if (divisions == null) {
        divisions = trivial();
      }
      if (divisions == null) {
        throw refuse("the values of its axes are not made of an outer and an inner part");
      }
      return divisions;
    }

    /** Each value of outer, or of inner loops only; then the axis's domain is the part's. */
    private @Nullable List<AffineMap.Division> trivial() {
      if (!site.stmt().predicate().isConst(1)) {
        return null;
      }
      List<AffineMap.Division> result = new ArrayList<>();
      for (int i = 0; i < site.stmt().iterValues().size(); i++) {
        Expr value = site.stmt().iterValues().get(i);
        Expr extent = site.block().iterVars().get(i).dom().extent();
        Set<Var> used = new HashSet<>(Vars.in(value));
        used.retainAll(Regions.domain(site.parent(), null, Scope.GLOBAL).keySet());
        Expr zero = Expr.imm(value.dtype(), 0);
        Expr one = Expr.imm(value.dtype(), 1);
        if (used.stream().noneMatch(innerVars::contains)) {
          result.add(new AffineMap.Division(value, extent, zero, one));
        } else if (innerVars.containsAll(used)) {
          result.add(new AffineMap.Division(zero, one, value, extent));
        } else {
          return null;
        }
      }
      return result;
    }

    private void deriveAxes(List<AffineMap.Division> divisions) {
      for (int i = 0; i < divisions.size(); i++) {
        AffineMap.Division division = divisions.get(i);
        IterVar axis = site.block().iterVars().get(i);
        Var outer = axis.var().renamed(axis.var().name() + "_o");
        outerAxes.add(new IterVar(Range.upTo(division.outerExtent()), outer, axis.kind(), null));
        outerValues.add(analyzer.simplify(division.outer()));
        boolean single = division.outerExtent().isConst(1);
        if (division.innerExtent().isConst(1)) {
          values.put(axis.var(), outer);
          continue;
        }
        Var inner = axis.var().renamed(axis.var().name() + "_i");
        innerAxes.add(new IterVar(Range.upTo(division.innerExtent()), inner, axis.kind(), null));
        innerValues.add(analyzer.simplify(division.inner()));
        values.put(
            axis.var(), single ? inner : Expr.add(Expr.mul(outer, division.innerExtent()), inner));
      }
    }

    private Stmt.Block inner(Stmt.Block block) {
      List<BufferRegion> reads = new ArrayList<>(block.reads());
      if (block.init() != null) {
        List<BufferRegion> all = new ArrayList<>();
        for (BufferRegion write : block.writes()) {
          if (Conditions.regionOf(reads, write.buffer()) == null) {
            all.add(write);
          }
        }
        all.addAll(reads);
        reads = all;
      }
      List<MatchBufferRegion> views =
          block.matchBuffers().stream().map(match -> Views.substitute(match, values)).toList();
      return Blocks.withViews(
              Blocks.with(
                  block,
                  innerAxes,
                  substituted(reads),
                  substituted(block.writes()),
                  null,
                  block.body()),
              views)
          .withBody(Substitute.in(block.body(), values));
    }

    private List<BufferRegion> substituted(List<BufferRegion> regions) {
      return regions.stream().map(region -> Substitute.in(region, values)).toList();
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

    private Stmt outerInit(Stmt init, Stmt.Block inner, Expr predicate) {
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
      List<Expr> kept = new ArrayList<>();
      Set<Var> around = new HashSet<>();
      axisValues.forEach(value -> around.addAll(Vars.in(value)));
      for (Expr part : Vars.conjuncts(predicate)) {
        if (around.containsAll(Vars.in(part))) {
          kept.add(part);
        } else if (Vars.usesAny(part, around)) {
          throw refuse("its predicate is about spatial and reduction loops at once");
        }
      }
      Stmt.Block block =
          new Stmt.Block(
              inner.name() + "_init",
              axes,
              List.of(),
              inner.writes().stream().map(write -> Substitute.in(write, renamed)).toList(),
              List.of(),
              List.of(),
              Map.of(),
              null,
              Substitute.in(body, renamed));
      Stmt nest = new Stmt.BlockRealize(axisValues, Vars.conjunction(kept), block);
      for (Stmt.For each : innerLoops.reversed()) {
        if (around.contains(each.var())) {
          nest = Nests.renamed(each, each.var().renamed(each.var().name()), nest);
        }
      }
      return nest;
    }

    private RuntimeException refuse(String reason) {
      return state.refuse(
          NAME, site + " can't be taken apart at " + loop + ": " + reason, site, loop);
    }
  }
}
