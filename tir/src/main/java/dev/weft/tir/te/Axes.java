package dev.weft.tir.te;

import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.List;

/**
 * The indices of the element being computed, one a dimension, outermost first; as many as the
 * tensor has dimensions, so that an operator can be written for any rank.
 */
public record Axes(List<Var> vars) {
  /** Copies the list. */
  public Axes {
    vars = List.copyOf(vars);
  }

  /** The index of dimension {@code dim}. */
  public Var get(int dim) {
    return vars.get(dim);
  }

  /** Number of dimensions. */
  public int size() {
    return vars.size();
  }

  /** All indices as expressions. */
  public List<Expr> list() {
    return List.copyOf(vars);
  }

  /** The indices of dimensions {@code [from, to)}. */
  public List<Expr> list(int from, int to) {
    return List.copyOf(vars.subList(from, to));
  }
}
