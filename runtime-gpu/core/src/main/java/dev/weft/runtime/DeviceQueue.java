package dev.weft.runtime;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Takes commands for a device (an OpenCL command queue, a CUDA stream) and returns without waiting
 * for them. Each command starts after all events of {@code after}; on an in-order queue it also
 * starts after the command before. All methods may be called by several threads.
 */
public interface DeviceQueue extends AutoCloseable {
  /** The device that runs the commands. */
  Device device();

  /** What the queue was made as. */
  QueueMode mode();

  /**
   * Launches a kernel; an empty grid launches nothing and is done at once.
   *
   * @param arguments one a parameter of the kernel, in order
   * @throws LaunchException if the arguments don't fit the kernel or the geometry exceeds the
   *     device, or the driver refuses
   */
  DeviceEvent launch(
      DeviceKernel kernel,
      LaunchConfig config,
      List<KernelArgument> arguments,
      List<DeviceEvent> after);

  /** {@link #launch(DeviceKernel, LaunchConfig, List, List)} that waits for no event. */
  default DeviceEvent launch(
      DeviceKernel kernel, LaunchConfig config, List<KernelArgument> arguments) {
    return launch(kernel, config, arguments, List.of());
  }

  /** Copies within the device; the ranges must not overlap. */
  DeviceEvent copy(
      DeviceBuffer from,
      long fromOffset,
      DeviceBuffer to,
      long toOffset,
      long length,
      List<DeviceEvent> after);

  /**
   * Copies host memory to the device. {@code from} must stay as it is until the event is done; a
   * heap segment is copied before this returns.
   */
  DeviceEvent write(DeviceBuffer to, long offset, MemorySegment from, List<DeviceEvent> after);

  /**
   * Copies device memory to the host; {@code to} may be read once the event is done. A heap segment
   * is filled before this returns.
   */
  DeviceEvent read(DeviceBuffer from, long offset, MemorySegment to, List<DeviceEvent> after);

  /** Sets bytes. */
  DeviceEvent fill(
      DeviceBuffer buffer, long offset, long length, byte value, List<DeviceEvent> after);

  /**
   * Waits until everything enqueued here is done.
   *
   * @throws LaunchException if a command failed on the device
   */
  void finish();

  /** Waits, then drops the queue; a second call does nothing. */
  @Override
  void close();
}
