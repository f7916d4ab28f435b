package dev.weft.runtime;

import java.util.OptionalLong;

/**
 * What a compiled kernel takes of a device, as far as the driver tells.
 *
 * @param maxThreadsPerBlock the largest block that it can be launched with
 * @param registers registers of a thread
 * @param sharedBytes statically declared shared memory of a block
 * @param localBytes private memory of a thread that is not in registers (spills and arrays)
 * @param spillBytes what a thread writes of its registers to that memory, where the compiler tells
 */
public record KernelResources(
    OptionalLong maxThreadsPerBlock,
    OptionalLong registers,
    OptionalLong sharedBytes,
    OptionalLong localBytes,
    OptionalLong spillBytes) {
  /** Nothing is known. */
  public static final KernelResources UNKNOWN =
      new KernelResources(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());
}
