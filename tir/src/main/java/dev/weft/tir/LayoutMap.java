package dev.weft.tir;

import dev.weft.base.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A layout of a buffer: an index map, and which of the new dimensions are flattened together.
 *
 * @param map from old to new indices
 * @param axisSeparators the new dimensions before which a physical axis begins
 */
public record LayoutMap(IndexMap map, List<Integer> axisSeparators) {
  /** Stands between the outputs of {@link #of} where a physical axis begins. */
  public static final Expr AXIS_SEPARATOR = Var.of("AXIS_SEPARATOR", DType.HANDLE);

  /** Copies the list. */
  public LayoutMap {
    axisSeparators = List.copyOf(axisSeparators);
  }

  /** A layout from outputs with separators among them: {@code i, AXIS_SEPARATOR, j // 4, j % 4}. */
  public static LayoutMap of(List<Var> inputs, List<Expr> outputs) {
    List<Expr> indices = new ArrayList<>();
    List<Integer> separators = new ArrayList<>();
    for (Expr output : outputs) {
      if (output == AXIS_SEPARATOR) {
        separators.add(indices.size());
      } else {
        indices.add(output);
      }
    }
    return new LayoutMap(new IndexMap(inputs, indices), separators);
  }
}
