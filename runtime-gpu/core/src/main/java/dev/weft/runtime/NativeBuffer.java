package dev.weft.runtime;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a driver manages, or a part of it, for backends whose queues do the transfers. A part
 * has the whole as its {@code parent}: a view of a view is a view of the whole.
 */
public abstract class NativeBuffer implements DeviceBuffer {
  private final DeviceInfo info;
  private final long bytes;
  private final NativeHandles.Handle handle;
  private final @Nullable NativeBuffer parent;

  /** Where a view begins in its parent; 0 for a whole. */
  private final long start;

  /**
   * A whole.
   *
   * @param release frees it; must not refer to this buffer
   * @throws DeviceException if the device is closed; then {@code release} has run
   */
  @SuppressWarnings("this-escape") // The handle waits for this to be unreachable, no more.
  protected NativeBuffer(DeviceInfo info, NativeHandles handles, long bytes, Runnable release) {
    this.info = info;
    this.bytes = bytes;
    this.parent = null;
    this.start = 0;
    this.handle = handles.register(this, what(info), release);
  }

  /**
   * A view.
   *
   * @param parent what it is a part of, no view itself
   * @param start the byte at which it begins there
   * @param release frees what the view has of its own; must not refer to this buffer
   * @throws DeviceException if the device is closed; then {@code release} has run
   */
  @SuppressWarnings("this-escape") // The handle waits for this to be unreachable, no more.
  protected NativeBuffer(
      NativeBuffer parent, NativeHandles handles, long start, long bytes, Runnable release) {
    this.info = parent.info;
    this.bytes = bytes;
    this.parent = parent;
    this.start = start;
    this.handle = handles.register(this, what(info), release);
  }

  private static String what(DeviceInfo info) {
    return "a buffer of " + info.name();
  }

  /** A queue of the device with nothing enqueued, after all that is enqueued on other queues. */
  protected abstract DeviceQueue idleTransfers();

  /**
   * A view of this buffer, which is none itself; the range is known to be within it.
   *
   * @param offset a multiple of {@link Capabilities#bufferAlignment}
   */
  protected abstract DeviceBuffer part(long offset, long length);

  /**
   * Keeps the memory while it is handed to the driver.
   *
   * @throws DeviceException if this, or what it is a view of, is closed
   */
  public final NativeHandles.Handle.Use use() {
    if (parent != null && parent.isClosed()) {
      throw new DeviceException(
          "the buffer that this is a view of is closed",
          info.name(),
          "keep it open while its views are used");
    }
    return handle.use();
  }

  @Override
  public final long bytes() {
    return bytes;
  }

  @Override
  public final void write(long offset, MemorySegment source) {
    check("write", offset, source.byteSize());
    finish(idleTransfers().write(this, offset, source, List.of()));
  }

  @Override
  public final void read(long offset, MemorySegment target) {
    check("read", offset, target.byteSize());
    finish(idleTransfers().read(this, offset, target, List.of()));
  }

  @Override
  public final void copyTo(long offset, DeviceBuffer target, long targetOffset, long length) {
    finish(idleTransfers().copy(this, offset, target, targetOffset, length, List.of()));
  }

  @Override
  public final void fill(long offset, long length, byte value) {
    finish(idleTransfers().fill(this, offset, length, value, List.of()));
  }

  private static void finish(DeviceEvent event) {
    try (event) {
      event.await();
    }
  }

  @Override
  public final DeviceBuffer view(long offset, long length) {
    check("view", offset, length);
    int alignment = info.capabilities().bufferAlignment();
    if (offset % alignment != 0) {
      throw new DeviceException(
          "the offset " + offset + " of a view is no multiple of " + alignment,
          info.name(),
          "align it");
    }
    try (var _ = use()) {
      return parent == null
          ? part(offset, length)
          : parent.view(Math.addExact(start, offset), length);
    }
  }

  /**
   * Checks a range of this buffer.
   *
   * @throws BufferBoundsException if it isn't within the buffer
   */
  public final void check(String operation, long offset, long length) {
    BufferBoundsException.check(operation, offset, length, bytes, info.name());
  }

  @Override
  public final boolean isClosed() {
    return handle.isClosed() || (parent != null && parent.isClosed());
  }

  @Override
  public final void close() {
    handle.close();
  }
}
