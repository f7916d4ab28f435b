package dev.weft.tir.interp;

import dev.weft.tir.Buffer;
import java.util.Arrays;

/** The place in memory that a load or store touches, checked against the buffer's bounds. */
final class Access {
  private final Buffer buffer;
  private final Eval[] indices;
  private final boolean[] vector;
  private final ExprCompiler.BufferSource source;

  Access(Buffer buffer, Eval[] indices, boolean[] vector, ExprCompiler.BufferSource source) {
    this.buffer = buffer;
    this.indices = indices;
    this.vector = vector;
    this.source = source;
  }

  Memory memory(Frame frame) {
    return source.get(frame).memory();
  }

  /** The byte offset of a lane's element; throws if an index is out of bounds. */
  long offset(Frame frame, int lane) {
    BoundBuffer bound = source.get(frame);
    int bufferLanes = bound.dtype().lanes();
    int indexLane = bufferLanes == 1 ? lane : lane / bufferLanes;
    long element = bound.offset();
    long[] shape = bound.shape();
    long[] strides = bound.strides();
    for (int i = 0; i < indices.length; i++) {
      long index = indices[i].asLong(frame, vector[i] ? indexLane : 0);
      if (index < 0 || index >= shape[i]) {
        throw outOfBounds(frame, i, index, shape);
      }
      element += index * strides[i];
    }
    long bytes = element * bound.dtype().bytes();
    if (bufferLanes > 1) {
      bytes += (long) (lane % bufferLanes) * (bound.dtype().bytes() / bufferLanes);
    }
    if (bytes < 0 || bytes + bound.dtype().bytes() / bufferLanes > bound.memory().data.byteSize()) {
      throw frame.error(
          "'"
              + buffer.name()
              + "' is accessed "
              + element
              + " elements into '"
              + bound.memory().name
              + "', which has "
              + bound.memory().scalars(),
          "check the buffer's offset and strides");
    }
    return bytes;
  }

  /** As {@link #offset}, for a read: throws if nobody has written the element. */
  long readOffset(Frame frame, int lane, int bytes) {
    long at = offset(frame, lane);
    Memory memory = source.get(frame).memory();
    if (!memory.isWritten(at, bytes)) {
      throw frame.error(
          "'"
              + buffer.name()
              + "' is read at "
              + describe(frame, lane)
              + ", which has not been written",
          "write the element before it is read");
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
        "guard the access or correct the extents");
  }
}
