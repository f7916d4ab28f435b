package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.Bindings;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Splits a loop into a nest of loops.
 *
 * <p>Arguments: the loop; the extents of the new loops, outermost first, of which at most one is
 * null, to be worked out; {@code preserveUnitIters}: whether loops of extent 1 stay in the bindings
 * of blocks; {@code disablePredication}: leaves out the condition below even where it is needed,
 * which is for targets whose vector length is known at run time only.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the loop has no annotation and is bound to no thread,
 *   <li>it starts at 0,
 *   <li>at most one factor is null, the others are positive,
 *   <li>the product of the factors is at least the extent,
 *   <li>where it may be more, no binding of a block below reads memory.
 * </ol>
 *
 * <p>Where the product may be more than the extent, the blocks below get the condition {@code i_0 *
 * 4 + i_1 < n}.
 *
 * <pre>
 * for i in range(14):                      for i_0, i_1 in T.grid(4, 4):
 *     with T.block("B"):                       with T.block("B"):
 *         vi = T.axis.spatial(14, i)    →          vi = T.axis.spatial(14, i_0 * 4 + i_1)
 *         B[vi] = A[vi] * 2.0                      T.where(i_0 * 4 + i_1 &lt; 14)
 *                                                  B[vi] = A[vi] * 2.0
 * </pre>
 */
public final class Split {
  private static final String NAME = "split";

  private Split() {}

  /** See the class. */
  public static Applied<List<LoopRef>> apply(
      ScheduleState state,
      LoopRef ref,
      List<? extends @Nullable Expr> factors,
      boolean preserveUnitIters,
      boolean disablePredication) {
    Site.Loop site = state.loop(ref);
    Stmt.For loop = site.stmt();
    Conditions conditions = new Conditions(NAME, state);
    conditions.plainLoop(site);
    Analyzer analyzer = conditions.analyzer(site);
    List<Expr> extents = extents(state, site, factors, analyzer);

    List<Var> vars = new ArrayList<>();
    Expr value = Expr.imm(loop.var().dtype(), 0);
    for (int i = 0; i < extents.size(); i++) {
      Expr extent = extents.get(i);
      Var var = loop.var().renamed(loop.var().name() + "_" + i);
      vars.add(var);
      analyzer.bind(var, Range.upTo(extent));
      value = Expr.add(Expr.mul(value, extent), var);
    }
    Expr inside = Expr.lt(value, loop.extent());
    Stmt body = Substitute.in(loop.body(), Map.of(loop.var(), value));
    if (!disablePredication && !analyzer.prove(inside)) {
      boundWithoutReading(state, site);
      body = Nests.withPredicate(body, inside);
    }
    Stmt nest = Nests.around(vars, extents, body);
    nest = Bindings.simplify(nest, preserveUnitIters, state.analyzer(site, !preserveUnitIters));
    ScheduleState next = state.replace(site, nest);
    return new Applied<>(next, vars.stream().map(next::loopOf).toList());
  }

  /**
   * That no block's binding reads memory at a place that depends on the loop: where the new loops
   * go beyond its end, so would the place.
   */
  private static void boundWithoutReading(ScheduleState state, Site.Loop site) {
    for (Site.Block block : site.childBlocks()) {
      List<Expr> binding = new ArrayList<>(block.stmt().iterValues());
      binding.add(block.stmt().predicate());
      for (Expr value : binding) {
        if (Vars.uses(value, site.stmt().var()) && !Vars.loaded(value).isEmpty()) {
          throw state.refuse(
              NAME,
              "the binding of "
                  + block
                  + " reads memory, and the factors leave iterations beyond the end of "
                  + site,
              block,
              site);
        }
      }
    }
  }

  /** The factors with the missing one worked out. */
  static List<Expr> extents(
      ScheduleState state,
      Site.Loop site,
      List<? extends @Nullable Expr> factors,
      Analyzer analyzer) {
    Stmt.For loop = site.stmt();
    if (factors.isEmpty()) {
      throw state.refuse(NAME, "at least one factor is needed", site);
    }
    int missing = -1;
    Expr product = Expr.imm(loop.var().dtype(), 1);
    List<Expr> extents = new ArrayList<>();
    for (int i = 0; i < factors.size(); i++) {
      Expr factor = factors.get(i);
      if (factor == null) {
        if (missing >= 0) {
          throw state.refuse(NAME, "more than one factor is left to be worked out", site);
        }
        missing = i;
        extents.add(product);
      } else {
        Expr typed = Expr.cast(loop.var().dtype(), factor);
        if (typed instanceof Expr.IntImm imm && imm.value() <= 0) {
          throw state.refuse(NAME, "factor " + imm.value() + " is not positive", site);
        }
        extents.add(typed);
        product = Expr.mul(product, typed);
      }
    }
    if (missing >= 0) {
      extents.set(missing, analyzer.simplify(Expr.ceilDiv(loop.extent(), product)));
    } else if (!analyzer.prove(Expr.ge(product, loop.extent()))) {
      throw state.refuse(
          NAME, "the product of the factors is not proven to reach the loop's extent", site);
    }
    return extents;
  }
}
