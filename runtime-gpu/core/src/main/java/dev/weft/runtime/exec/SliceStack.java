package dev.weft.runtime.exec;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.exec.BoundBuffer.LongShape;
import dev.weft.runtime.plan.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Slices of one shape, copied one behind the other into memory that grows as it must. */
final class SliceStack implements AutoCloseable {
  /** A guess beyond this is not believed: memory grows instead. */
  private static final long MOST_EXPECTED = 1 << 16;

  private static final long FIRST_CAPACITY = 8;

  private final Workspace workspace;
  private final DeviceQueue queue;
  private long capacity;
  private long count;
  private @Nullable LongShape slice;
  private @Nullable BoundBuffer memory;

  /**
   * @param expected how many slices there will be; 0 for no idea
   */
  SliceStack(Workspace workspace, DeviceQueue queue, long expected) {
    this.workspace = workspace;
    this.queue = queue;
    this.capacity = expected > 0 && expected <= MOST_EXPECTED ? expected : FIRST_CAPACITY;
  }

  void push(BoundBuffer buffer, String name) {
    LongShape first = slice == null ? buffer.shape() : slice;
    slice = first;
    if (!first.equals(buffer.shape())) {
      throw new InputException(
          "the slices that a loop stacks have the shapes "
              + first.dims()
              + " and "
              + buffer.shape().dims(),
          "'" + name + "'",
          "they must be of one shape");
    }
    long bytes = buffer.memory().bytes();
    BoundBuffer target = memory;
    if (target == null) {
      target = hold(allocate(buffer.dtype(), Math.multiplyExact(capacity, bytes)));
    } else if (count == capacity) {
      capacity = Math.multiplyExact(capacity, 2L);
      BoundBuffer larger = allocate(buffer.dtype(), Math.multiplyExact(capacity, bytes));
      copy(target, 0, larger, 0, Math.multiplyExact(count, bytes));
      target.claim().drop();
      target = hold(larger);
    }
    copy(buffer, 0, target, Math.multiplyExact(count, bytes), bytes);
    count++;
  }

  /** The whole shape; without a slice, the sizes that nobody knows are 0. */
  long[] shape(TensorSpec spec, Map<String, Long> sizes) {
    long[] shape = new long[spec.shape().rank()];
    shape[0] = count;
    List<Long> dims = slice == null ? List.of() : slice.dims();
    for (int i = 1; i < shape.length; i++) {
      Set<String> symbols = spec.shape().dim(i).symbols();
      shape[i] =
          i <= dims.size()
              ? dims.get(i - 1)
              : sizes.keySet().containsAll(symbols) ? spec.shape().dim(i).evaluate(sizes) : 0;
    }
    return shape;
  }

  /** The slices as one tensor. The stack may still be closed. */
  BoundBuffer finish(DType dtype, long[] shape) {
    BoundBuffer all = memory;
    if (all == null) {
      return workspace.owned(dtype, shape, 0);
    }
    if (count == capacity) {
      return new BoundBuffer(all.memory(), dtype, LongShape.of(shape), all.claim());
    }
    long bytes = all.memory().bytes() / capacity * count;
    BoundBuffer exact = workspace.owned(dtype, shape, bytes);
    copy(all, 0, exact, 0, bytes);
    return exact;
  }

  private BoundBuffer allocate(DType dtype, long bytes) {
    return workspace.owned(dtype, new long[] {bytes}, bytes);
  }

  private BoundBuffer hold(BoundBuffer buffer) {
    buffer.claim().add();
    memory = buffer;
    return buffer;
  }

  private void copy(BoundBuffer source, long from, BoundBuffer target, long to, long bytes) {
    if (bytes > 0) {
      queue.copy(source.memory(), from, target.memory(), to, bytes, List.of()).close();
    }
  }

  /** Gives its memory back, unless {@link #finish} made it a tensor's. */
  @Override
  public void close() {
    if (memory != null) {
      memory.claim().drop();
      memory = null;
    }
  }
}
