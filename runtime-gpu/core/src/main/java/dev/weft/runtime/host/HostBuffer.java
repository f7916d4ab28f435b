package dev.weft.runtime.host;

import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.NativeHandles;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A range of host memory; a view uses the handle of the buffer that it is of. */
final class HostBuffer implements DeviceBuffer {
  private final HostDevice device;
  private final MemorySegment memory;

  /** Null if the device does not ask for it. */
  private final @Nullable WrittenBytes written;

  private final NativeHandles.Handle handle;

  /** What a view is a part of; held so that it is not collected, and its memory with it. */
  private final @Nullable HostBuffer parent;

  private volatile boolean viewClosed;

  HostBuffer(
      HostDevice device, MemorySegment memory, @Nullable WrittenBytes written, Runnable release) {
    this.device = device;
    this.memory = memory;
    this.written = written;
    this.parent = null;
    this.handle = device.handles().register(this, "a buffer of " + device.info().name(), release);
  }

  private HostBuffer(HostBuffer parent, long offset, long length) {
    this.device = parent.device;
    this.memory = parent.memory.asSlice(offset, length);
    this.written = parent.written == null ? null : parent.written.view(offset, length);
    this.parent = parent;
    this.handle = parent.handle;
  }

  /** The memory; touch it only during a {@link #use}. */
  MemorySegment memory() {
    return memory;
  }

  @Nullable WrittenBytes written() {
    return written;
  }

  NativeHandles.Handle.Use use() {
    if (viewClosed) {
      throw new DeviceException("a view is closed", device.info().name(), "make another one");
    }
    return parent == null ? handle.use() : parent.use();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public long bytes() {
    return memory.byteSize();
  }

  @Override
  public void write(long offset, MemorySegment source) {
    check("write", offset, source.byteSize());
    try (var _ = use()) {
      memory.asSlice(offset, source.byteSize()).copyFrom(source);
      if (written != null) {
        written.add(offset, source.byteSize());
      }
    }
  }

  @Override
  public void read(long offset, MemorySegment target) {
    check("read", offset, target.byteSize());
    try (var _ = use()) {
      target.copyFrom(memory.asSlice(offset, target.byteSize()));
    }
  }

  @Override
  public void copyTo(long offset, DeviceBuffer target, long targetOffset, long length) {
    check("copy", offset, length);
    BufferBoundsException.check("copy", targetOffset, length, target.bytes(), device.info().name());
    try (var _ = use()) {
      target.write(targetOffset, memory.asSlice(offset, length));
      if (written != null && target instanceof HostBuffer host && host.written != null) {
        host.written.copy(targetOffset, written, offset, length);
      }
    }
  }

  @Override
  public void fill(long offset, long length, byte value) {
    check("fill", offset, length);
    try (var _ = use()) {
      memory.asSlice(offset, length).fill(value);
      if (written != null) {
        written.add(offset, length);
      }
    }
  }

  @Override
  public DeviceBuffer view(long offset, long length) {
    check("view", offset, length);
    try (var _ = use()) {
      return new HostBuffer(this, offset, length);
    }
  }

  @Override
  public void discard() {
    try (var _ = use()) {
      if (written != null) {
        written.clear();
      }
    }
  }

  private void check(String operation, long offset, long length) {
    BufferBoundsException.check(operation, offset, length, bytes(), device.info().name());
  }

  @Override
  public boolean isClosed() {
    return viewClosed || (parent == null ? handle.isClosed() : parent.isClosed());
  }

  @Override
  public void close() {
    if (parent == null) {
      handle.close();
    } else {
      viewClosed = true;
    }
  }
}
