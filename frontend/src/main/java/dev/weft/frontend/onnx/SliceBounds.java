package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.base.IntExpr.Op;
import dev.weft.graph.SizeBinder;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Slice;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts, ends and steps with NumPy's meaning: negative positions count from the end, and those
 * outside are moved to the border.
 */
final class SliceBounds {
  /** No dimension is longer; "to the end" is often the greatest number that there is. */
  private static final long FAR = 1L << 40;

  private static final IntExpr ZERO = IntExpr.of(0);
  private static final IntExpr ONE = IntExpr.of(1);

  private SliceBounds() {}

  /** The slice of a tensor along some axes; the other dimensions are kept whole. */
  static Slice slice(
      TensorType x,
      AxisSet axes,
      List<IntExpr> starts,
      List<IntExpr> ends,
      List<IntExpr> steps,
      SizeBinder sizes) {
    for (IntExpr step : steps) {
      sizes.check(SizeLogic.not(SizeLogic.equal(near(step, sizes), 0)), "a step of 0");
    }
    List<IntExpr> begins = new ArrayList<>();
    List<IntExpr> strides = new ArrayList<>();
    List<IntExpr> lengths = new ArrayList<>();
    for (int d = 0; d < x.rank(); d++) {
      IntExpr size = x.dim(d);
      IntExpr touched = axes.contains(d);
      if (touched.equals(ZERO)) {
        begins.add(ZERO);
        strides.add(ONE);
        lengths.add(size);
        continue;
      }
      IntExpr step = near(axes.at(d, steps, ONE), sizes);
      IntExpr backwards = SizeLogic.less(step, 0);
      IntExpr last = minus(size, ONE);
      IntExpr most = SizeLogic.select(backwards, last, size);
      IntExpr least = SizeLogic.select(backwards, IntExpr.of(-1), ZERO);
      IntExpr begin = clamp(fromEnd(axes.at(d, starts, ZERO), size, sizes), ZERO, most);
      IntExpr end = clamp(fromEnd(axes.at(d, ends, size), size, sizes), least, most);
      // ceil(a / b) is -floor(-a / b); no division by 0 before the check tells.
      IntExpr divisor = step.plus(SizeLogic.equal(step, 0));
      IntExpr count = minus(ZERO, IntExpr.of(Op.FLOOR_DIV, minus(begin, end), divisor));
      IntExpr length = SizeLogic.max(count, ZERO);
      begins.add(sizes.size("begin", SizeLogic.max(begin, ZERO)));
      strides.add(sizes.signed("step", step));
      lengths.add(sizes.size("length", length));
    }
    return new Slice(begins, strides, lengths);
  }

  /** Numbers that a tensor holds may be so large that arithmetic on them overflows. */
  private static IntExpr near(IntExpr number, SizeBinder sizes) {
    if (number instanceof IntExpr.Const(long value)) {
      return IntExpr.of(Math.clamp(value, -FAR, FAR));
    }
    return sizes.isKnown(number) ? number : clamp(number, IntExpr.of(-FAR), IntExpr.of(FAR));
  }

  private static IntExpr fromEnd(IntExpr position, IntExpr size, SizeBinder sizes) {
    IntExpr number = near(position, sizes);
    return SizeLogic.select(SizeLogic.less(number, 0), number.plus(size), number);
  }

  private static IntExpr clamp(IntExpr value, IntExpr least, IntExpr most) {
    // What is far is at the border whatever the size is.
    IntExpr below = isFar(value) ? most : SizeLogic.min(value, most);
    return SizeLogic.max(below, least);
  }

  private static boolean isFar(IntExpr value) {
    return value instanceof IntExpr.Const(long number) && number >= Integer.MAX_VALUE;
  }

  private static IntExpr minus(IntExpr a, IntExpr b) {
    return IntExpr.of(Op.SUB, a, b);
  }
}
