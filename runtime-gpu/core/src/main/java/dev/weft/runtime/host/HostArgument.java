package dev.weft.runtime.host;

import dev.weft.base.DType;
import java.lang.foreign.MemorySegment;

/** What a kernel in host memory is given for one parameter. */
public sealed interface HostArgument {
  /** A buffer's memory; valid during the launch only. */
  record Memory(DType dtype, MemorySegment segment) implements HostArgument {}

  /** A number, as it was passed. */
  record Scalar(DType dtype, Number value) implements HostArgument {}
}
