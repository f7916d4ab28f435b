package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.runtime.plan.TensorSpec;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a picture lies in a model's input.
 *
 * @param rank the input's number of dimensions, 2 to 4
 * @param channelsFirst whether a channel's pixels are next to each other
 * @param channels 1 or 3
 * @param height rows that the input takes; empty for any
 * @param width columns that the input takes; empty for any
 */
record PictureLayout(
    int rank, boolean channelsFirst, int channels, OptionalInt height, OptionalInt width) {
  /** Which dimension of an input has the channels. */
  enum Order {
    /** The one in front of the rows. */
    NCHW,
    /** The last one. */
    NHWC
  }

  /**
   * Tells the layout from the input's shape: {@code [n, c, h, w]}, {@code [n, h, w, c]}, {@code [c,
   * h, w]}, {@code [h, w, c]} or {@code [h, w]}.
   *
   * @param order which of two that both fit; null for channels first
   * @throws InputException if it is none of them for one picture
   */
  static PictureLayout of(TensorSpec input, @Nullable Order order) {
    List<IntExpr> dims = input.shape().dims();
    int rank = dims.size();
    boolean batch = rank < 4 || size(dims.get(0)).orElse(1) == 1;
    if (rank == 2) {
      return new PictureLayout(2, true, 1, size(dims.get(0)), size(dims.get(1)));
    }
    if (batch && (rank == 3 || rank == 4)) {
      int first = rank - 3;
      if (order != Order.NHWC && mayBeChannels(dims.get(first), order)) {
        int channels = size(dims.get(first)).orElse(3);
        return new PictureLayout(
            rank, true, channels, size(dims.get(first + 1)), size(dims.get(first + 2)));
      }
      if (order != Order.NCHW && mayBeChannels(dims.getLast(), order)) {
        int channels = size(dims.getLast()).orElse(3);
        return new PictureLayout(
            rank, false, channels, size(dims.get(first)), size(dims.get(first + 1)));
      }
    }
    throw new InputException(
        "the input '" + input.name() + "' of shape " + input.shape() + " is not one picture",
        "",
        "give a tensor file (.npy, .pb)");
  }

  /** Whether it has the size of channels; an open size serves where the order was given. */
  private static boolean mayBeChannels(IntExpr dim, @Nullable Order order) {
    int size = size(dim).orElse(order == null ? 0 : 3);
    return size == 1 || size == 3;
  }

  private static OptionalInt size(IntExpr dim) {
    return dim instanceof IntExpr.Const(long value)
        ? OptionalInt.of((int) Math.min(value, Integer.MAX_VALUE))
        : OptionalInt.empty();
  }

  /** The shape of the tensor for a picture of this size. */
  long[] shape(long pictureWidth, long pictureHeight) {
    if (rank == 2) {
      return new long[] {pictureHeight, pictureWidth};
    }
    long[] picture =
        channelsFirst
            ? new long[] {channels, pictureHeight, pictureWidth}
            : new long[] {pictureHeight, pictureWidth, channels};
    return rank == 3 ? picture : new long[] {1, picture[0], picture[1], picture[2]};
  }
}
