package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
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
 *   <li>the block is complete, its body one store of a choice between a value and a constant,
 *   <li>the loop is around it, in the same scope; from there inwards loops hold nothing else,
 *   <li>the condition limits single axes by constants; each limited axis is bound to a loop from
 *       the given one inwards, which starts at 0,
 *   <li>the block has no predicate.
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
    conditions.complete(site);
    Stmt.Store store = conditions.singleStore(site, conditions.singleWrite(site));
    if (!(store.value() instanceof Expr.Call call)
        || !call.is(Intrinsic.IF_THEN_ELSE)
        || !Vars.in(call.args().get(2)).isEmpty()
        || !site.stmt().predicate().isConst(1)) {
      throw state.refuse(
          NAME, site + " does not choose between a value and a constant, unconditionally", site);
    }
    List<Site.Loop> loops = site.loopsAround();
    int position = loops.indexOf(loop);
    if (position < 0) {
      throw state.refuse(NAME, loop + " is not around " + site, loop, site);
    }
    List<Site.Loop> inner = loops.subList(position, loops.size());
    Stmt expected = site.stmt();
    for (Site.Loop each : inner.reversed()) {
      if (each.stmt().body() != expected || !each.stmt().min().isConst(0)) {
        throw state.refuse(
            NAME, each + " does not start at 0 or holds more than " + site, each, site);
      }
      expected = each.stmt();
    }
    Stmt fill = fill(site, store, call.args().get(2), inner);
    Stmt copy = copy(state, site, store, call, inner);
    ScheduleState next = state.replace(loop, Stmt.seq(fill, copy)).recheckAffine(site.ref());
    return new Applied<>(next, Blocks.within(next, fill));
  }

  private static Stmt fill(
      Site.Block site, Stmt.Store store, Expr constant, List<Site.Loop> inner) {
    Stmt.Block block = site.block();
    Buffer buffer = store.buffer();
    Map<Var, Var> renamed = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    for (IterVar axis : block.iterVars()) {
      Var var = axis.var().renamed(axis.var().name());
      renamed.put(axis.var(), var);
      axes.add(axis.withVar(var));
    }
    List<Expr> indices =
        store.indices().stream().map(index -> Substitute.in(index, renamed)).toList();
    Stmt.Block filling =
        AccessRegions.annotated(
            new Stmt.Block(
                block.name() + "_pad_const",
                axes,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                new Stmt.Store(buffer, constant, indices)));
    Stmt nest = site.stmt().withBlock(filling);
    for (Site.Loop each : inner.reversed()) {
      Stmt.For old = each.stmt();
      nest = Nests.renamed(old, old.var().renamed(old.var().name()), nest);
    }
    return nest;
  }

  private static Stmt copy(
      ScheduleState state,
      Site.Block site,
      Stmt.Store store,
      Expr.Call call,
      List<Site.Loop> inner) {
    Stmt.Block block = site.block();
    Analyzer analyzer = state.analyzer(site);
    Map<Var, Long> first = new HashMap<>();
    Map<Var, Long> last = new HashMap<>();
    for (Expr part : Vars.conjuncts(call.args().get(0))) {
      limit(state, site, part, first, last, analyzer);
    }
    Map<Var, Expr> shifted = new HashMap<>();
    Map<Var, Expr> extents = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    List<Expr> values = new ArrayList<>(site.stmt().iterValues());
    List<Expr> parts = new ArrayList<>();
    for (int i = 0; i < block.iterVars().size(); i++) {
      IterVar axis = block.iterVars().get(i);
      Expr dom = axis.dom().extent();
      Var var = axis.var();
      long low = Math.max(0, first.getOrDefault(var, 0L));
      boolean limited = first.containsKey(var) || last.containsKey(var);
      if (!limited) {
        axes.add(axis);
        continue;
      }
      if (!(dom instanceof Expr.IntImm size)) {
        throw state.refuse(
            NAME, "axis '" + var.name() + "' of " + site + " has no constant extent", site);
      }
      long high = Math.min(size.value() - 1, last.getOrDefault(var, size.value() - 1));
      if (high < low) {
        throw state.refuse(NAME, "nothing of " + site + " is inside", site);
      }
      Expr extent = Expr.imm(var.dtype(), high - low + 1);
      axes.add(axis.withDom(Range.upTo(extent)));
      Expr value = values.get(i);
      if (value instanceof Var loopVar
          && inner.stream().anyMatch(each -> each.stmt().var() == loopVar)) {
        extents.put(loopVar, extent);
      } else {
        // The loops outside stay as they are: what is not inside is left out.
        Expr moved = analyzer.simplify(Expr.sub(value, low));
        values.set(i, moved);
        parts.add(Expr.ge(moved, Expr.imm(moved.dtype(), 0)));
        parts.add(Expr.lt(moved, extent));
        parts.removeIf(analyzer::prove);
      }
      shifted.put(var, Expr.add(var, low));
      analyzer.bind(var, Range.upTo(extent));
    }
    List<Expr> indices =
        store.indices().stream().map(index -> Substitute.in(index, shifted)).toList();
    Expr stored = Substitute.in(call.args().get(1), shifted);
    Stmt body = Indices.simplify(new Stmt.Store(store.buffer(), stored, indices), analyzer);
    Stmt.Block inside =
        AccessRegions.annotated(Blocks.with(block, axes, List.of(), List.of(), null, body));
    Stmt nest = new Stmt.BlockRealize(values, Vars.conjunction(parts), inside);
    for (Site.Loop each : inner.reversed()) {
      Stmt.For old = each.stmt();
      nest =
          new Stmt.For(
              old.var(),
              old.min(),
              Expr.cast(old.var().dtype(), extents.getOrDefault(old.var(), old.extent())),
              old.kind(),
              old.thread(),
              old.annotations(),
              nest);
    }
    return nest;
  }

  /** Takes up {@code c + v < d} and its like as a limit of one axis. */
  private static void limit(
      ScheduleState state,
      Site.Block site,
      Expr part,
      Map<Var, Long> first,
      Map<Var, Long> last,
      Analyzer analyzer) {
    Set<Var> used = Vars.in(part);
    boolean understood = false;
    if (used.size() == 1
        && part instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
        && a.dtype().isInt()) {
      Var var = used.iterator().next();
      // The condition as f(v) >= 0 with f(v) = ±v + c.
      Expr f =
          switch (op) {
            case LT -> Expr.sub(Expr.sub(b, a), 1);
            case LE -> Expr.sub(b, a);
            case GT -> Expr.sub(Expr.sub(a, b), 1);
            case GE -> Expr.sub(a, b);
            default -> Expr.floorDiv(var, 2);
          };
      Expr offset = analyzer.simplify(Substitute.in(f, Map.of(var, Expr.imm(var.dtype(), 0))));
      if (offset instanceof Expr.IntImm c) {
        if (analyzer.proveEqual(f, Expr.add(var, c.value()))) {
          first.merge(var, -c.value(), Math::max);
          understood = true;
        } else if (analyzer.proveEqual(f, Expr.sub(offset, var))) {
          last.merge(var, c.value(), Math::min);
          understood = true;
        }
      }
    }
    if (!understood) {
      throw state.refuse(
          NAME, "the condition of " + site + " does not limit single axes by constants", site);
    }
  }
}
