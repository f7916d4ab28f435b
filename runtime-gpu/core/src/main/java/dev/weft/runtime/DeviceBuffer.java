package dev.weft.runtime;

import java.lang.foreign.MemorySegment;

/**
 * Device memory. The transfers here wait until they are done and come after everything that was
 * enqueued on any queue of the device before; those of {@link DeviceQueue} don't wait.
 *
 * <p>Every access is checked against the size and throws {@link BufferBoundsException}; a closed
 * buffer throws {@link DeviceException}.
 */
public interface DeviceBuffer extends AutoCloseable {
  /** The device whose memory this is. */
  Device device();

  /** Size in bytes. */
  long bytes();

  /** Copies all of {@code source} to the byte offset. */
  void write(long offset, MemorySegment source);

  /** Fills all of {@code target} from the byte offset. */
  void read(long offset, MemorySegment target);

  /** Copies within the device; the ranges must not overlap. */
  void copyTo(long offset, DeviceBuffer target, long targetOffset, long length);

  /** Sets {@code length} bytes to {@code value}. */
  void fill(long offset, long length, byte value);

  /**
   * Says that what the buffer holds is not to be read before it is written again: a device that
   * checks that reports reads of it. The memory itself does not change.
   */
  default void discard() {}

  /**
   * A part of this buffer as a buffer of its own. It shares the memory, must be closed too, and is
   * dead once this one is closed.
   *
   * @param offset a multiple of {@link Capabilities#bufferAlignment}
   */
  DeviceBuffer view(long offset, long length);

  /** Whether {@link #close} was called on it. */
  boolean isClosed();

  /** Frees the memory once nothing enqueued uses it; a second call does nothing. */
  @Override
  void close();
}
