package dev.weft.tir.te;

import dev.weft.tir.Expr;
import java.util.List;

/**
 * Values to be combined over axes; what {@link Te#reduce} computes.
 *
 * @param reducer how
 * @param values one for each component of the reducer
 * @param axes over what, outermost first
 */
public record Reduction(Reducer reducer, List<Expr> values, List<ReduceAxis> axes) {
  /** Copies the lists and checks that there is something to reduce over. */
  public Reduction {
    values = List.copyOf(values);
    axes = List.copyOf(axes);
    if (axes.isEmpty()) {
      throw new IllegalArgumentException("a reduction needs at least one axis");
    }
  }
}
