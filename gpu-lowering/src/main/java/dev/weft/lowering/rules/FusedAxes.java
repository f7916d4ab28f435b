package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Several axes counted as one, the last of them fastest: what a register tile has as its rows or
 * columns.
 *
 * @param axes the axes, in order; none for the one that has a single value
 */
record FusedAxes(List<IterVar> axes) {
  FusedAxes {
    axes = List.copyOf(axes);
  }

  /** How many values there are. */
  Expr extent() {
    Expr extent = Expr.int32(1);
    for (IterVar axis : axes) {
      extent = axis == axes.getFirst() ? axis.dom().extent() : Expr.mul(extent, size(axis));
    }
    return extent;
  }

  /** How many values there are if that is known. */
  OptionalLong count() {
    long count = 1;
    for (IterVar axis : axes) {
      OptionalLong extent = BlockInfo.extent(axis);
      if (extent.isEmpty()) {
        return OptionalLong.empty();
      }
      count *= extent.getAsLong();
    }
    return OptionalLong.of(count);
  }

  /** Whether no division by a size that is unknown is needed to take a position apart. */
  boolean isSeparable() {
    return axes.stream().skip(1).allMatch(axis -> BlockInfo.extent(axis).isPresent());
  }

  /** The value of each axis at a position. */
  Map<Var, Expr> at(Expr position) {
    Map<Var, Expr> values = new HashMap<>();
    Expr rest = position;
    for (IterVar axis : axes.reversed()) {
      boolean outermost = axis == axes.getFirst();
      values.put(axis.var(), outermost ? rest : Expr.floorMod(rest, size(axis)));
      rest = outermost ? rest : Expr.floorDiv(rest, size(axis));
    }
    return values;
  }

  private static Expr size(IterVar axis) {
    return axis.dom().extent();
  }
}
