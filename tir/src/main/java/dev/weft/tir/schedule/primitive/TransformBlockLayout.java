package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a block other axes, {@code map(axes)}, and loops over them.
 *
 * <p>Arguments: the block; the map.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>each axis is bound to one loop, in order; the loops start at 0 and hold nothing else, and
 *       none decides how many values an axis has,
 *   <li>the map is one-to-one and affine,
 *   <li>each new axis is made of spatial, or of reduction axes only,
 *   <li>the block has no predicate.
 * </ol>
 *
 * <pre>
 * for i, j in T.grid(128, 64):                    for ax0 in range(8192):
 *     with T.block("B"):                   →          with T.block("B"):
 *         B[vi, vj] = A[vi, vj]                           B[v0 // 64, v0 % 64] = A[v0 // 64, v0 % 64]
 * </pre>
 */
public final class TransformBlockLayout {
  private static final String NAME = "transformBlockLayout";

  private TransformBlockLayout() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref, IndexMap map) {
    Site.Block site = state.block(ref);
    List<Site.Loop> loops = site.loopsAround();
    checkTrivial(state, site, loops);
    Stmt.Block block = site.block();
    List<IterVar> axes = block.iterVars();
    new Conditions(NAME, state).domainsAreGiven(site, axes);
    if (map.inputs().size() != axes.size()) {
      throw state.refuse(
          NAME,
          "the map takes "
              + Counted.of(map.inputs().size(), "index", "indices")
              + ", "
              + site
              + " has "
              + Counted.of(axes.size(), "axis", "axes"),
          site);
    }
    Analyzer analyzer = state.analyzer(site);
    IndexMaps maps =
        new IndexMaps(map, axes.stream().map(axis -> axis.dom().extent()).toList(), analyzer);
    List<Expr> outputs = maps.apply(List.copyOf(Blocks.vars(axes)));
    AffineInverse inverse = maps.inverse();
    if (inverse == null) {
      throw state.refuse(NAME, "the map is not one-to-one and affine on the axes", site);
    }
    List<IterVar> newAxes = new ArrayList<>();
    List<Expr> newVars = new ArrayList<>();
    List<Var> loopVars = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Expr extent = maps.shape().get(i);
      Var var = Var.of("v" + i, extent.dtype());
      IterVar.Kind kind = kind(state, site, outputs.get(i));
      newAxes.add(IterVar.spatial(extent, var));
      if (kind != IterVar.Kind.SPATIAL) {
        newAxes.set(i, new IterVar(newAxes.get(i).dom(), var, kind, null));
      }
      analyzer.bind(var, newAxes.get(i).dom());
      newVars.add(var);
      loopVars.add(Var.of("ax" + i, extent.dtype()));
    }
    Map<Var, Expr> back = inverse.apply(newVars);
    Map<Var, Expr> values = new HashMap<>();
    for (int i = 0; i < axes.size(); i++) {
      Expr value = back.get(map.inputs().get(i));
      if (value == null) {
        throw new IllegalStateException("an inverse gives every axis a value");
      }
      values.put(axes.get(i).var(), Expr.cast(axes.get(i).var().dtype(), value));
    }
    Stmt.Block renewed =
        (Stmt.Block)
            Substitute.in(
                Blocks.with(
                    block, List.of(), block.reads(), block.writes(), block.init(), block.body()),
                values);
    renewed =
        Blocks.with(
            renewed, newAxes, renewed.reads(), renewed.writes(), renewed.init(), renewed.body());
    Stmt.Block simplified = (Stmt.Block) Indices.simplify(renewed, analyzer);
    Stmt nest =
        Nests.around(
            loopVars,
            maps.shape(),
            new Stmt.BlockRealize(List.copyOf(loopVars), site.stmt().predicate(), simplified));
    ScheduleState next = state.replace(loops.isEmpty() ? site : loops.getFirst(), nest);
    return next.recheckAffine(site.ref());
  }

  private static void checkTrivial(ScheduleState state, Site.Block site, List<Site.Loop> loops) {
    List<Expr> values = site.stmt().iterValues();
    boolean trivial = loops.size() == values.size() && site.stmt().predicate().isConst(1);
    Analyzer analyzer = state.analyzer(site);
    for (int i = 0; i < loops.size(); i++) {
      Stmt.For loop = loops.get(i).stmt();
      Stmt inner = i + 1 < loops.size() ? loops.get(i + 1).stmt() : site.stmt();
      trivial = trivial && values.get(i) == loop.var() && loop.min().isConst(0);
      if (trivial) {
        Expr whole = site.block().iterVars().get(i).dom().extent();
        trivial = analyzer.proveEqual(loop.extent(), Expr.cast(loop.extent().dtype(), whole));
      }
      if (loop.body() != inner) {
        throw state.refuse(NAME, loops.get(i) + " holds more than " + site, loops.get(i), site);
      }
    }
    if (!trivial) {
      throw state.refuse(NAME, "the axes of " + site + " are not just its loops, in order", site);
    }
  }

  private static IterVar.Kind kind(ScheduleState state, Site.Block site, Expr value) {
    boolean spatial = false;
    boolean reduce = false;
    for (IterVar axis : site.block().iterVars()) {
      if (Vars.uses(value, axis.var())) {
        spatial |= axis.kind() == IterVar.Kind.SPATIAL;
        reduce |= axis.kind() == IterVar.Kind.REDUCE;
        if (axis.kind() != IterVar.Kind.SPATIAL && axis.kind() != IterVar.Kind.REDUCE) {
          throw state.refuse(
              NAME, "axis '" + axis.var().name() + "' is neither spatial nor reduction", site);
        }
      }
    }
    if (spatial && reduce) {
      throw state.refuse(NAME, "a new axis would be made of spatial and reduction axes", site);
    }
    return reduce ? IterVar.Kind.REDUCE : IterVar.Kind.SPATIAL;
  }
}
