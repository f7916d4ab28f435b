package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Puts the axes of a block into another order. The loops stay as they are.
 *
 * <p>Arguments: the block; the new order, as positions in the old one. Conditions: the order is a
 * permutation of the axes.
 *
 * <pre>
 * with T.block("C"):                                with T.block("C"):
 *     vi, vj = T.axis.remap("SS", [i, j])      →        vj, vi = T.axis.remap("SS", [j, i])
 * </pre>
 */
public final class ReorderBlockIterVar {
  private ReorderBlockIterVar() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref, List<Integer> order) {
    Site.Block site = state.block(ref);
    Stmt.Block block = site.block();
    int n = block.iterVars().size();
    boolean inRange = order.stream().allMatch(i -> i >= 0 && i < n);
    if (order.size() != n || !inRange || new HashSet<>(order).size() != n) {
      throw state.refuse(
          "reorderBlockIterVar",
          order + " is no permutation of the " + n + " axes of " + site,
          site);
    }
    List<IterVar> axes = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (int i : order) {
      axes.add(block.iterVars().get(i));
      values.add(site.stmt().iterValues().get(i));
    }
    Stmt.Block reordered =
        Blocks.with(block, axes, block.reads(), block.writes(), block.init(), block.body());
    return state.replace(site, new Stmt.BlockRealize(values, site.stmt().predicate(), reordered));
  }
}
