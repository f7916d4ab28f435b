package dev.weft.runtime.exec;

import dev.weft.base.DType;
import dev.weft.runtime.DeviceBuffer;

/**
 * What a buffer's name stands for at a point of a run.
 *
 * @param memory the device memory, exactly as large as the tensor
 * @param dtype the element type
 * @param shape the dimensions, as numbers
 * @param claim ends with the last name for the memory
 */
record BoundBuffer(DeviceBuffer memory, DType dtype, LongShape shape, Claim claim) {
  /** Dimensions that compare by value. */
  record LongShape(java.util.List<Long> dims) {
    static LongShape of(long[] dims) {
      return new LongShape(java.util.Arrays.stream(dims).boxed().toList());
    }

    long[] toLongs() {
      return dims.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /** Counts the names that memory of its own has; other memory outlives the run anyway. */
  static final class Claim {
    private final Runnable release;
    private int names;

    private Claim(Runnable release) {
      this.release = release;
    }

    /** For memory that is not given back during the run. */
    static Claim none() {
      return new Claim(() -> {});
    }

    /** Gives the memory back with its last name. */
    static Claim releasing(Runnable release) {
      return new Claim(release);
    }

    void add() {
      names++;
    }

    void drop() {
      names--;
      if (names == 0) {
        release.run();
      }
    }
  }
}
