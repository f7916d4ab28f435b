package dev.weft.runtime;

/**
 * An open device. Everything that it gives out is closed with it at the latest. May be shared by
 * threads.
 */
public interface Device extends AutoCloseable {
  /** What the device is and can do. */
  DeviceInfo info();

  /**
   * Allocates memory, with unspecified content; zero bytes are allowed.
   *
   * @throws OutOfDeviceMemoryException if there is not as much
   */
  DeviceBuffer allocate(long bytes);

  /** Whether {@link #load} can take an image of this format and architecture. */
  boolean supports(ProgramImage image);

  /**
   * Compiles or loads a program, through the {@link KernelCache} where there is something to
   * compile.
   *
   * @throws KernelCompileException with the compiler's log
   * @throws DeviceException if the image is for another kind of device
   */
  LoadedProgram load(ProgramImage image);

  /** A new queue. */
  DeviceQueue queue(QueueMode mode);

  /** Waits until all queues are empty. */
  void synchronize();

  /** What is allocated now. */
  MemoryStatistics memory();

  /** Closes everything that the device gave out, then the device; a second call does nothing. */
  @Override
  void close();
}
