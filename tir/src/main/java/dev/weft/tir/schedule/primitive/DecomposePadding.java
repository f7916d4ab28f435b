package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.IterMapLevel;
import dev.weft.tir.arith.IterMapResult;
import dev.weft.tir.arith.IterMaps;
import dev.weft.tir.arith.IterSum;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes a padding apart into a block that fills with a constant and one that copies what is inside.
 *
 * <p>Arguments: the block, which stores {@code if_then_else(inside, value, constant)}; the loop
 * before which the filling block goes. Gives back the filling block; the block's handle is that of
 * the copy afterwards.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block is complete, its body one store of a choice between a value and a number,
 *   <li>the loop is around it, in the same scope,
 *   <li>the loop directly around the block holds nothing else,
 *   <li>the condition, with the block's predicate, leaves of each axis a range without gaps, for
 *       each axis on its own, and does not always hold,
 *   <li>the value calls nothing that has an effect.
 * </ol>
 *
 * <pre>
 * for i in range(130):                      for i in range(130):
 *     with T.block("P"):                        with T.block("P_pad_const"):
 *         P[vi] = T.if_then_else(                   P[vi] = 0.0
 *             1 &lt;= vi and vi &lt; 129,     →     for i in range(128):
 *             A[vi - 1], 0.0)                       with T.block("P"):
 *                                                   P[vi + 1] = A[vi]
 * </pre>
 */
public final class DecomposePadding {
  private static final String NAME = "decomposePadding";

  private DecomposePadding() {}

  /** See the class. */
  public static Applied<BlockRef> apply(ScheduleState state, BlockRef blockRef, LoopRef loopRef) {
    Site.Block site = state.block(blockRef);
    Site.Loop loop = state.loop(loopRef);
    Conditions conditions = new Conditions(NAME, state);
    conditions.scope(site);
    conditions.complete(site);
    List<Buffer> given = state.function(site).paramBuffers();
    if (site.block().reads().stream().anyMatch(read -> !given.contains(read.buffer()))) {
      conditions.reachesAll(site);
    }
    Stmt.Store store = conditions.singleStore(site, conditions.singleWrite(site));
    List<Site.Loop> loops = site.loopsAround();
    int position = loops.indexOf(loop);
    if (position < 0) {
      throw state.refuse(NAME, loop + " is not around " + site, loop, site);
    }
    List<Site.Loop> inner = loops.subList(position, loops.size());
    List<Site.Loop> alone = alone(site, inner);
    if (alone.isEmpty()) {
      throw state.refuse(NAME, loops.getLast() + " holds more than " + site, loops.getLast());
    }
    if (!(store.value() instanceof Expr.Call choice) || !choice.is(Intrinsic.IF_THEN_ELSE)) {
      throw state.refuse(NAME, site + " does not store a choice of T.if_then_else", site);
    }
    Expr constant = choice.args().get(2);
    if (!(constant instanceof Expr.IntImm || constant instanceof Expr.FloatImm)) {
      throw state.refuse(NAME, "the padding of " + site + " is not a number", site);
    }
    if (Effects.any(choice.args().get(1))) {
      throw state.refuse(NAME, "the value inside calls what may have an effect", site);
    }
    Padding padding = Padding.of(state, site, choice);
    Stmt fill = fill(site, store, constant, inner);
    Stmt copy = copy(state, site, store, choice, padding, alone);
    Map<Stmt, Stmt> moved = new IdentityHashMap<>();
    moved.put(alone.getFirst().stmt(), copy);
    Stmt rest = Blocks.replace(loop.stmt(), moved);
    ScheduleState next = state.replace(loop, Stmt.seq(fill, rest)).recheckAffine(site.ref());
    return new Applied<>(next, Blocks.within(next, fill));
  }

  /** Whether {@link #apply} would accept; nothing is changed. */
  public static boolean accepts(ScheduleState state, BlockRef block, LoopRef loop) {
    try {
      return apply(state, block, loop).created() != null;
    } catch (ScheduleException e) {
      return false;
    }
  }

  /** The loops from the given ones inwards that hold nothing but the block. */
  private static List<Site.Loop> alone(Site.Block site, List<Site.Loop> loops) {
    List<Site.Loop> alone = new ArrayList<>();
    Stmt expected = site.stmt();
    for (Site.Loop each : loops.reversed()) {
      if (each.stmt().body() != expected) {
        break;
      }
      alone.addFirst(each);
      expected = each.stmt();
    }
    return alone;
  }

  /**
   * Where the condition holds.
   *
   * @param condition the condition and the block's predicate, in terms of the loops
   * @param region the values of each axis there
   */
  private record Padding(Expr condition, List<Range> region) {
    static Padding of(ScheduleState state, Site.Block site, Expr.Call choice) {
      Analyzer analyzer = state.analyzer(site);
      Expr inside = Substitute.in(choice.args().getFirst(), Regions.bindings(site.stmt()));
      Expr condition = analyzer.simplify(Expr.and(unlikely(inside), site.stmt().predicate()));
      if (Vars.conjuncts(condition).stream()
          .anyMatch(part -> part instanceof Expr.Binary b && b.op() == BinaryOp.EQ)) {
        throw state.refuse(NAME, "the condition of " + site + " is an equation", site);
      }
      if (condition.isConst(1)) {
        throw state.refuse(NAME, "the condition of " + site + " always holds", site);
      }
      IterMapResult map =
          IterMaps.detect(
              site.stmt().iterValues(),
              Regions.domain(site.parent(), null, Scope.GLOBAL),
              condition,
              IterMapLevel.SURJECTIVE,
              analyzer);
      if (!map.isDetected()) {
        // Loops that overlap, as those of a window: the condition must be about axes alone.
        return new Padding(condition, limited(state, site, unlikely(choice.args().getFirst())));
      }
      List<Range> region = new ArrayList<>();
      for (IterSum sum : map.indices()) {
        if (sum.args().isEmpty()) {
          region.add(Range.point(sum.base()));
        } else if (analyzer.proveEqual(
            sum.args().getFirst().scale(), Expr.imm(sum.base().dtype(), 1))) {
          region.add(new Range(sum.base(), sum.args().getFirst().extent()));
        } else {
          throw state.refuse(NAME, "an axis of " + site + " takes only some values", site);
        }
      }
      return new Padding(condition, region);
    }

    /** The values of each axis under conditions that limit single axes by constants. */
    private static List<Range> limited(ScheduleState state, Site.Block site, Expr inside) {
      Analyzer analyzer = state.analyzer(site);
      Map<Var, Long> first = new HashMap<>();
      Map<Var, Long> last = new HashMap<>();
      for (IterVar axis : site.block().iterVars()) {
        if (axis.dom().min().isConst(0) && axis.dom().extent() instanceof Expr.IntImm extent) {
          first.put(axis.var(), 0L);
          last.put(axis.var(), extent.value() - 1);
        }
      }
      for (Expr part : Vars.conjuncts(inside)) {
        if (!limit(part, first, last, analyzer)) {
          throw state.refuse(
              NAME, "the condition of " + site + " does not leave a range of each axis", site);
        }
      }
      List<Range> region = new ArrayList<>();
      for (IterVar axis : site.block().iterVars()) {
        Long low = first.get(axis.var());
        Long high = last.get(axis.var());
        if (low == null || high == null || high < low) {
          throw state.refuse(NAME, "nothing of " + site + " is known to be inside", site);
        }
        DType dtype = axis.var().dtype();
        region.add(new Range(Expr.imm(dtype, low), Expr.imm(dtype, high - low + 1)));
      }
      return region;
    }

    /** Takes up {@code c + v < d} and its like; false if it is none. */
    private static boolean limit(
        Expr part, Map<Var, Long> first, Map<Var, Long> last, Analyzer analyzer) {
      Set<Var> used = Vars.in(part);
      if (used.size() != 1
          || !first.keySet().containsAll(used)
          || !(part instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))
          || !a.dtype().isInt()) {
        return false;
      }
      Var var = used.iterator().next();
      // The condition as f(v) >= 0 with f(v) = ±v + c.
      Expr f =
          switch (op) {
            case LT -> Expr.sub(Expr.sub(b, a), 1);
            case LE -> Expr.sub(b, a);
            case GT -> Expr.sub(Expr.sub(a, b), 1);
            case GE -> Expr.sub(a, b);
            case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, EQ, NE, AND, OR -> null;
          };
      if (f == null
          || !(analyzer.simplify(Substitute.in(f, Map.of(var, Expr.imm(var.dtype(), 0))))
              instanceof Expr.IntImm c)) {
        return false;
      }
      if (analyzer.proveEqual(f, Expr.add(var, c.value()))) {
        first.merge(var, -c.value(), Math::max);
        return true;
      }
      if (analyzer.proveEqual(f, Expr.sub(c, var))) {
        last.merge(var, c.value(), Math::min);
        return true;
      }
      return false;
    }

    private static Expr unlikely(Expr condition) {
      return switch (condition) {
        case Expr.Binary(BinaryOp op, Expr a, Expr b) when op == BinaryOp.AND ->
            Expr.and(unlikely(a), unlikely(b));
        case Expr.Call call when call.is(Intrinsic.LIKELY) -> call.args().getFirst();
        case Expr e -> e;
      };
    }
  }

  private static Stmt fill(
      Site.Block site, Stmt.Store store, Expr constant, List<Site.Loop> inner) {
    Stmt.Block block = site.block();
    Map<Var, Var> renamed = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    for (IterVar axis : block.iterVars()) {
      Var var = axis.var().renamed(axis.var().name());
      renamed.put(axis.var(), var);
      axes.add(new IterVar(axis.dom(), var, IterVar.Kind.SPATIAL, null));
    }
    List<Expr> indices =
        store.indices().stream().map(index -> Substitute.in(index, renamed)).toList();
    Stmt.Block filling =
        new Stmt.Block(
            block.name() + "_pad_const",
            axes,
            List.of(),
            block.writes().stream().map(write -> Substitute.in(write, renamed)).toList(),
            List.of(),
            List.of(),
            Map.of(),
            null,
            new Stmt.Store(store.buffer(), constant, indices));
    Stmt nest = site.stmt().withBlock(filling);
    for (Site.Loop each : inner.reversed()) {
      Stmt.For old = each.stmt();
      Var var = old.var().renamed(old.var().name());
      nest =
          new Stmt.For(
              var,
              old.min(),
              old.extent(),
              ForKind.SERIAL,
              null,
              Map.of(),
              Substitute.in(nest, Map.of(old.var(), var)));
    }
    return nest;
  }

  private static Stmt copy(
      ScheduleState state,
      Site.Block site,
      Stmt.Store store,
      Expr.Call choice,
      Padding padding,
      List<Site.Loop> loops) {
    Stmt.Block block = site.block();
    Analyzer analyzer = state.analyzer(site);
    Map<Var, Range> ranges = new HashMap<>();
    Map<Var, Expr> axisValues = new HashMap<>();
    Map<Var, Expr> loopValues = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (int i = 0; i < padding.region.size(); i++) {
      IterVar axis = block.iterVars().get(i);
      Range inside = padding.region.get(i);
      Range range = Range.upTo(inside.extent());
      Expr value = site.stmt().iterValues().get(i);
      axes.add(new IterVar(range, axis.var(), IterVar.Kind.SPATIAL, null));
      axisValues.put(axis.var(), Expr.add(axis.var(), inside.min()));
      boolean ownLoop =
          value instanceof Var v
              && !ranges.containsKey(v)
              && loops.stream().anyMatch(each -> each.stmt().var() == v);
      if (ownLoop && value instanceof Var v) {
        ranges.put(v, range);
        loopValues.put(v, Expr.add(v, inside.min()));
        values.add(v);
      } else {
        values.add(Expr.sub(value, inside.min()));
      }
    }
    Analyzer narrowed = state.analyzer(loops.getFirst());
    for (Site.Loop each : loops) {
      Stmt.For old = each.stmt();
      narrowed.bind(old.var(), ranges.getOrDefault(old.var(), new Range(old.min(), old.extent())));
    }
    axes.forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    List<Expr> indices =
        store.indices().stream().map(index -> Substitute.in(index, axisValues)).toList();
    Expr stored = Substitute.in(choice.args().get(1), axisValues);
    Stmt body = Indices.simplify(new Stmt.Store(store.buffer(), stored, indices), analyzer);
    Stmt.Block inside =
        new Stmt.Block(
            block.name(),
            axes,
            moved(block.reads(), axisValues, analyzer),
            moved(block.writes(), axisValues, analyzer),
            List.of(),
            List.of(),
            tagOnly(block),
            null,
            body);
    Expr predicate = narrowed.simplify(Substitute.in(padding.condition, loopValues));
    Stmt nest =
        new Stmt.BlockRealize(values.stream().map(narrowed::simplify).toList(), predicate, inside);
    for (Site.Loop each : loops.reversed()) {
      Stmt.For old = each.stmt();
      Range range = ranges.getOrDefault(old.var(), new Range(old.min(), old.extent()));
      nest =
          new Stmt.For(
              old.var(),
              Expr.cast(old.var().dtype(), range.min()),
              Expr.cast(old.var().dtype(), range.extent()),
              old.kind(),
              old.thread(),
              old.annotations(),
              nest);
    }
    return nest;
  }

  private static List<BufferRegion> moved(
      List<BufferRegion> regions, Map<Var, Expr> values, Analyzer analyzer) {
    return regions.stream()
        .map(
            region ->
                new BufferRegion(
                    region.buffer(),
                    Substitute.in(region, values).region().stream()
                        .map(
                            range ->
                                new Range(
                                    analyzer.simplify(range.min()),
                                    analyzer.simplify(range.extent())))
                        .toList()))
        .toList();
  }

  /** The annotations of the block that are not the user's: the mark by which handles know it. */
  private static Map<String, AttrValue> tagOnly(Stmt.Block block) {
    Map<String, AttrValue> tag = new LinkedHashMap<>(block.annotations());
    tag.keySet().removeAll(ScheduleState.userAnnotations(block).keySet());
    return tag;
  }
}
