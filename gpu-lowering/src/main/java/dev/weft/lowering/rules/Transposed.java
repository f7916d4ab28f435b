package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Var;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a block reads along another axis than it writes along: neighbours in the operand are far
 * apart in the result, and the other way round.
 *
 * @param load the operand
 * @param read the axis of neighbours in the operand
 * @param written the axis of neighbours in the result
 * @param writtenDim the operand's dimension that {@code written} is the index of
 */
record Transposed(Expr.Load load, IterVar read, IterVar written, int writtenDim) {
  /**
   * The only load whose neighbours are not the store's; null if there is none or more than one, or
   * if one of the two axes is known to be shorter than {@code least}.
   */
  static @Nullable Transposed find(BlockInfo info, long least) {
    if (info.store() == null || !(last(info.store().indices()) instanceof Var writtenVar)) {
      return null;
    }
    IterVar written = axis(info, writtenVar);
    Transposed found = null;
    for (Expr.Load load : info.loads()) {
      if (!(last(load.indices()) instanceof Var readVar) || readVar == writtenVar) {
        continue;
      }
      IterVar read = axis(info, readVar);
      int dim = dimension(load, writtenVar);
      boolean plain =
          load.indices().stream().allMatch(i -> i instanceof Var || i instanceof Expr.IntImm);
      if (found != null || read == null || written == null || dim < 0 || !plain) {
        return null;
      }
      boolean isShort =
          BlockInfo.extent(read).orElse(least) < least
              || BlockInfo.extent(written).orElse(least) < least;
      Long step = Affine.innermostStep(info.store().indices(), readVar);
      if (isShort || (step != null && step != 0)) {
        return null;
      }
      found = new Transposed(load, read, written, dim);
    }
    return found;
  }

  private static @Nullable Expr last(List<Expr> indices) {
    return indices.isEmpty() ? null : indices.getLast();
  }

  private static @Nullable IterVar axis(BlockInfo info, Var v) {
    return info.axes().stream().filter(axis -> axis.var() == v).findFirst().orElse(null);
  }

  private static int dimension(Expr.Load load, Var v) {
    for (int d = 0; d < load.indices().size(); d++) {
      if (load.indices().get(d) == v) {
        return d;
      }
    }
    return -1;
  }
}
