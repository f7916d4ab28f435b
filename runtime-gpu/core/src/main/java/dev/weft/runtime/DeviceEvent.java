package dev.weft.runtime;

import java.util.Map;

/** Stands for one enqueued command. Holds native memory on some devices, so close it. */
public interface DeviceEvent extends AutoCloseable {
  /**
   * Waits until the command is done.
   *
   * @throws LaunchException if it failed on the device
   */
  void await();

  /** Whether the command is done. */
  boolean isDone();

  /**
   * When it began on the device, in nanoseconds of the device's clock; waits for the end.
   *
   * @throws DeviceException if the queue takes no times
   */
  long startNanos();

  /** When it ended; see {@link #startNanos}. */
  long endNanos();

  /** How long it ran on the device in nanoseconds; see {@link #startNanos}. */
  default long durationNanos() {
    return endNanos() - startNanos();
  }

  /**
   * What the device counted while the command ran (instructions, transactions), by name; empty for
   * a device that counts nothing, and for commands other than launches. Waits for the end.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Drops the event, not the command; a second call does nothing. */
  @Override
  void close();
}
