package dev.weft.tir.interp;

import dev.weft.tir.Buffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The place in memory that a load or store touches, checked against the buffer's bounds. */
final class Access {
  private final Object node;
  private final Buffer buffer;
  private final Eval[] indices;
  private final boolean[] vector;
  private final ExprCompiler.BufferSource source;
  private final int slot;

  /**
   * @param node the load or store, for errors
   * @param vector for each index whether it differs from lane to lane
   * @param source gives the buffer
   * @param slot where the buffer is, if it is in a slot; null otherwise
   */
  Access(
      Object node,
      Buffer buffer,
      Eval[] indices,
      boolean[] vector,
      ExprCompiler.BufferSource source,
      @Nullable Integer slot) {
    this.node = node;
    this.buffer = buffer;
    this.indices = indices;
    this.vector = vector;
    this.source = source;
    this.slot = slot == null ? -1 : slot;
  }

  /** The buffer with its memory as it is now. */
  BoundBuffer bound(Frame frame) {
    return slot >= 0 ? (BoundBuffer) frame.objects[slot] : source.get(frame);
  }

  /** The byte offset of a lane's element; throws if an index is out of bounds. */
  long offset(Frame frame, BoundBuffer bound, int lane) {
    if (bound.dtype().lanes() == 1) {
      long bytes = element(frame, bound, lane) * bound.dtype().bytes();
      return bytes >= 0 && bytes + bound.dtype().bytes() <= bound.memory().bytes
          ? bytes
          : throwBeyond(frame, bound, bytes);
    }
    return offsetOfLane(frame, bound, lane);
  }

  private long element(Frame frame, BoundBuffer bound, int lane) {
    long element = bound.offset();
    long[] shape = bound.shape();
    long[] strides = bound.strides();
    for (int i = 0; i < indices.length; i++) {
      Eval e = indices[i];
      long index =
          e instanceof Eval.Slot variable
              ? frame.ints[variable.slot]
              : e.asLong(frame, vector[i] ? lane : 0);
      if (index < 0 || index >= shape[i]) {
        throw outOfBounds(frame, i, index, shape);
      }
      element += index * strides[i];
    }
    return element;
  }

  /** A lane of a buffer whose elements are vectors. */
  private long offsetOfLane(Frame frame, BoundBuffer bound, int lane) {
    int lanes = bound.dtype().lanes();
    int unit = bound.dtype().bytes() / lanes;
    long element = element(frame, bound, lane / lanes);
    long bytes = element * bound.dtype().bytes() + (long) (lane % lanes) * unit;
    return bytes >= 0 && bytes + unit <= bound.memory().bytes
        ? bytes
        : throwBeyond(frame, bound, bytes);
  }

  private long throwBeyond(Frame frame, BoundBuffer bound, long bytes) {
    throw frame.error(
        "'"
            + buffer.name()
            + "' is accessed "
            + bytes
            + " bytes into '"
            + bound.memory().name
            + "', which has "
            + bound.memory().bytes,
        "check the buffer's offset and strides",
        node);
  }

  /** As {@link #offset}, for a read of so many bytes: throws if nobody has written them. */
  long readOffset(Frame frame, BoundBuffer bound, int lane, int bytes) {
    long at = offset(frame, bound, lane);
    if (!bound.memory().isWritten(at, bytes)) {
      throw frame.error(
          "'"
              + buffer.name()
              + "' is read at "
              + describe(frame, lane)
              + ", which has not been written",
          "write the element before it is read",
          node);
    }
    return at;
  }

  private String describe(Frame frame, int lane) {
    long[] values = new long[indices.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = indices[i].asLong(frame, vector[i] ? lane : 0);
    }
    return Arrays.toString(values);
  }

  private InterpreterException outOfBounds(Frame frame, int dim, long index, long[] shape) {
    return frame.error(
        "index "
            + dim
            + " of '"
            + buffer.name()
            + "' is "
            + index
            + ", outside [0, "
            + shape[dim]
            + ") of its shape "
            + Arrays.toString(shape),
        "guard the access or correct the extents",
        node);
  }
}
