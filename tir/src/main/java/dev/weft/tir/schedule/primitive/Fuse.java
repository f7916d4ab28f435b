package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.Bindings;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Fuses nested loops into one.
 *
 * <p>Arguments: the loops, outermost first; {@code preserveUnitIters}: whether loops of extent 1
 * stay in the bindings of blocks.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>no loop has an annotation or is bound to a thread,
 *   <li>each loop is the only statement of the one before,
 *   <li>all start at 0,
 *   <li>no loop's extent depends on another of them.
 * </ol>
 *
 * <p>The fused loop is serial, whatever the kinds of the loops were.
 *
 * <pre>
 * for i, j in T.grid(128, 64):              for i_j_fused in range(8192):
 *     with T.block("B"):                        with T.block("B"):
 *         vi = T.axis.spatial(128, i)    →          vi = T.axis.spatial(128, i_j_fused // 64)
 *         vj = T.axis.spatial(64, j)                vj = T.axis.spatial(64, i_j_fused % 64)
 * </pre>
 */
public final class Fuse {
  private static final String NAME = "fuse";

  private Fuse() {}

  /** See the class. */
  public static Applied<LoopRef> apply(
      ScheduleState state, List<LoopRef> refs, boolean preserveUnitIters) {
    if (refs.isEmpty()) {
      throw state.refuse(NAME, "at least one loop is needed");
    }
    List<Site.Loop> sites = refs.stream().map(state::loop).toList();
    Conditions conditions = new Conditions(NAME, state);
    for (int i = 0; i < sites.size(); i++) {
      Site.Loop site = sites.get(i);
      conditions.plainLoop(site);
      if (i > 0) {
        Site.Loop outer = sites.get(i - 1);
        if (site.parent() != outer) {
          throw state.refuse(NAME, site + " is not directly within " + outer, site, outer);
        }
        if (outer.stmt().body() != site.stmt()) {
          throw state.refuse(NAME, site + " is not the only statement of " + outer, outer, site);
        }
      }
      for (Site.Loop other : sites.subList(0, i)) {
        if (Vars.uses(site.stmt().extent(), other.stmt().var())) {
          throw state.refuse(NAME, "the extent of " + site + " depends on " + other, site);
        }
      }
    }
    Site.Loop outermost = sites.getFirst();
    String name =
        sites.stream().map(Site.Loop::name).collect(Collectors.joining("_", "", "_fused"));
    // The widest of their types holds the product of their extents best.
    DType dtype =
        sites.stream()
            .map(site -> site.stmt().var().dtype())
            .max(Comparator.comparingInt(DType::bits))
            .orElseThrow();
    Var fused = Var.of(name, dtype);
    Map<Var, Expr> values = new HashMap<>();
    Expr rest = fused;
    Expr extent = Expr.imm(fused.dtype(), 1);
    for (int i = sites.size() - 1; i >= 0; i--) {
      Stmt.For loop = sites.get(i).stmt();
      Expr count = Expr.cast(dtype, loop.extent());
      Expr value = i == 0 ? rest : Expr.floorMod(rest, count);
      values.put(loop.var(), Expr.cast(loop.var().dtype(), value));
      rest = Expr.floorDiv(rest, count);
      extent = Expr.mul(extent, count);
    }
    Stmt body = Substitute.in(sites.getLast().stmt().body(), values);
    Stmt.For loop =
        new Stmt.For(
            fused,
            Expr.imm(fused.dtype(), 0),
            conditions.analyzer(outermost).simplify(extent),
            ForKind.SERIAL,
            null,
            Map.of(),
            body);
    ScheduleState next =
        state.replace(
            outermost,
            Bindings.simplify(
                loop, preserveUnitIters, state.analyzer(outermost, !preserveUnitIters)));
    return new Applied<>(next, next.loopOf(fused));
  }
}
