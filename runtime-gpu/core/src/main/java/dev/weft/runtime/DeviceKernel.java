package dev.weft.runtime;

/** A compiled kernel of a {@link LoadedProgram}; lives as long as its program. */
public interface DeviceKernel {
  /** Name and parameters. */
  KernelSpec spec();

  /** What it takes of the device. */
  KernelResources resources();
}
