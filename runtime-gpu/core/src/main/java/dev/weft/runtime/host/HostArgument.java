package dev.weft.runtime.host;

import dev.weft.base.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What a kernel in host memory is given for one parameter. */
public sealed interface HostArgument {
  /**
   * A buffer's memory; valid during the launch only.
   *
   * @param written what has been written of it, which the launch adds to; null if that is not kept,
   *     and all of it counts as written
   */
  record Memory(DType dtype, MemorySegment segment, @Nullable WrittenBytes written)
      implements HostArgument {
    /** Memory of which everything was written. */
    public Memory(DType dtype, MemorySegment segment) {
      this(dtype, segment, null);
    }
  }

  /** A number, as it was passed. */
  record Scalar(DType dtype, Number value) implements HostArgument {}
}
