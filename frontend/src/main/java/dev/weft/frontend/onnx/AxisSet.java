package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.graph.SizeBinder;
import dev.weft.graph.SizeLogic;
import java.util.ArrayList;
import java.util.List;

/**
 * Distinct axes of a tensor, which may be known only when the model runs: every question about them
 * has an expression as its answer, which is a number where the axes are numbers.
 */
final class AxisSet {
  private static final IntExpr ZERO = IntExpr.of(0);
  private static final IntExpr ONE = IntExpr.of(1);

  private final int rank;
  private final List<IntExpr> axes;

  private AxisSet(int rank, List<IntExpr> axes) {
    this.rank = rank;
    this.axes = axes;
  }

  /**
   * Axes, which may count from the end; that they exist and are distinct is checked.
   *
   * @param given the axes
   * @param rank the number of dimensions
   */
  static AxisSet of(List<IntExpr> given, int rank, SizeBinder sizes) {
    List<IntExpr> axes = new ArrayList<>();
    for (IntExpr axis : given) {
      sizes.check(
          SizeLogic.and(SizeLogic.atLeast(axis, -rank), SizeLogic.less(axis, rank)),
          "axis " + axis + " does not exist in " + rank + " dimensions");
      axes.add(SizeLogic.select(SizeLogic.less(axis, 0), axis.plus(IntExpr.of(rank)), axis));
    }
    for (int i = 0; i < axes.size(); i++) {
      for (int j = 0; j < i; j++) {
        sizes.check(
            SizeLogic.not(SizeLogic.equal(axes.get(i), axes.get(j))),
            "the axes " + given + " are not distinct");
      }
    }
    return new AxisSet(rank, axes);
  }

  /** Whether a dimension is among them. */
  IntExpr contains(int dimension) {
    IntExpr found = ZERO;
    for (IntExpr axis : axes) {
      found = found.plus(SizeLogic.equal(axis, dimension));
    }
    return found;
  }

  /** The value that belongs to a dimension's place in the list of axes. */
  IntExpr at(int dimension, List<IntExpr> values, IntExpr otherwise) {
    IntExpr value = otherwise;
    for (int i = 0; i < axes.size(); i++) {
      value = SizeLogic.select(SizeLogic.equal(axes.get(i), dimension), values.get(i), value);
    }
    return value;
  }

  /** The dimensions that are not among them, in order. */
  List<IntExpr> without(List<IntExpr> dims, SizeBinder sizes) {
    List<IntExpr> rest = new ArrayList<>();
    for (int i = 0; i < rank - axes.size(); i++) {
      IntExpr size = ZERO;
      IntExpr before = ZERO;
      for (int d = 0; d < rank; d++) {
        IntExpr stays = SizeLogic.not(contains(d));
        IntExpr here = SizeLogic.and(stays, SizeLogic.equal(before, i));
        size = SizeLogic.select(here, dims.get(d), size);
        before = before.plus(stays);
      }
      rest.add(sizes.size("d", size));
    }
    return rest;
  }

  /** Dimensions with one of size 1 in the place of each of these axes. */
  List<IntExpr> with(List<IntExpr> dims, SizeBinder sizes) {
    List<IntExpr> all = new ArrayList<>();
    IntExpr before = ZERO;
    for (int d = 0; d < rank; d++) {
      IntExpr isNew = contains(d);
      IntExpr size = ONE;
      for (int i = 0; i < dims.size(); i++) {
        IntExpr here = SizeLogic.and(SizeLogic.not(isNew), SizeLogic.equal(before, i));
        size = SizeLogic.select(here, dims.get(i), size);
      }
      all.add(sizes.size("d", size));
      before = before.plus(SizeLogic.not(isNew));
    }
    return all;
  }
}
