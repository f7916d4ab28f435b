package dev.weft.runtime;

/** A program that a device has loaded. May be shared by threads and queues of its device. */
public interface LoadedProgram extends AutoCloseable {
  /** What was loaded. */
  ProgramImage image();

  /**
   * One entry point.
   *
   * @throws DeviceException if there is none of that name; names those that exist
   */
  DeviceKernel kernel(String name);

  /** Whether the program came from the {@link KernelCache} instead of a compiler. */
  boolean fromCache();

  /** What the device's compiler said, warnings included; empty for nothing. */
  String buildLog();

  /** Unloads the program once no launch uses it; a second call does nothing. */
  @Override
  void close();
}
