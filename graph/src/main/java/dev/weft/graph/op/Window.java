package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.graph.SizeAlgebra;
import java.util.Collections;
import java.util.List;

/**
 * How the window of a convolution or pooling moves over the spatial dimensions; lists have one
 * entry a dimension.
 *
 * @param strides distance between windows
 * @param before padding at the start
 * @param after padding at the end
 * @param dilations distance between the elements of a window
 */
public record Window(
    List<Long> strides, List<Long> before, List<Long> after, List<Long> dilations) {
  /** Checks lengths and signs. */
  public Window {
    strides = List.copyOf(strides);
    before = List.copyOf(before);
    after = List.copyOf(after);
    dilations = List.copyOf(dilations);
    int rank = strides.size();
    if (before.size() != rank || after.size() != rank || dilations.size() != rank) {
      throw new IllegalArgumentException(
          "Window has "
              + rank
              + " strides, "
              + before.size()
              + " and "
              + after.size()
              + " paddings, "
              + dilations.size()
              + " dilations");
    }
    if (strides.stream().anyMatch(s -> s < 1) || dilations.stream().anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "Window needs strides and dilations of at least 1, got " + strides + ", " + dilations);
    }
  }

  /** A window that moves by one, without padding. */
  public static Window unit(int rank) {
    List<Long> ones = Collections.nCopies(rank, 1L);
    List<Long> zeros = Collections.nCopies(rank, 0L);
    return new Window(ones, zeros, zeros, ones);
  }

  /** A window with the same values in every dimension. */
  public static Window of(int rank, long stride, long padding, long dilation) {
    List<Long> paddings = Collections.nCopies(rank, padding);
    return new Window(
        Collections.nCopies(rank, stride), paddings, paddings, Collections.nCopies(rank, dilation));
  }

  /** Number of spatial dimensions. */
  public int rank() {
    return strides.size();
  }

  /** Whether anything is padded. */
  boolean isPadded() {
    return before.stream().anyMatch(p -> p != 0) || after.stream().anyMatch(p -> p != 0);
  }

  /**
   * Number of windows in a dimension of {@code size} elements: those that fit; with {@code ceil}
   * also a last one that is cut off, if it begins before the padding at the end.
   */
  IntExpr windows(int axis, IntExpr size, IntExpr kernel, boolean ceil) {
    IntExpr padded = SizeAlgebra.plus(size, before.get(axis) + after.get(axis));
    IntExpr reach =
        SizeAlgebra.times(SizeAlgebra.plus(kernel, -1), IntExpr.of(dilations.get(axis)));
    IntExpr room = SizeAlgebra.plus(SizeAlgebra.minus(padded, reach), -1);
    long stride = strides.get(axis);
    if (!ceil) {
      return SizeAlgebra.plus(SizeAlgebra.floorDiv(room, stride), 1);
    }
    IntExpr all = SizeAlgebra.plus(SizeAlgebra.ceilDiv(room, stride), 1);
    IntExpr inside = SizeAlgebra.ceilDiv(SizeAlgebra.plus(size, before.get(axis)), stride);
    return SizeAlgebra.simplify(IntExpr.of(IntExpr.Op.MIN, all, inside));
  }
}
