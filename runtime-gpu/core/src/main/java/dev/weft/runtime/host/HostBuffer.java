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
  private final NativeHandles.Handle handle;

  /** What a view is a part of; held so that it is not collected, and its memory with it. */
  private final @Nullable HostBuffer parent;

  private volatile boolean viewClosed;

  HostBuffer(HostDevice device, MemorySegment memory, Runnable release) {
    this.device = device;
    this.memory = memory;
    this.parent = null;
    this.handle = device.handles().register(this, "a buffer of " + device.info().name(), release);
  }

  private HostBuffer(HostBuffer parent, MemorySegment memory) {
    this.device = parent.device;
    this.memory = memory;
    this.parent = parent;
    this.handle = parent.handle;
  }

  /** The memory; touch it only during a {@link #use}. */
  MemorySegment memory() {
    return memory;
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
    }
  }

  @Override
  public void fill(long offset, long length, byte value) {
    check("fill", offset, length);
    try (var _ = use()) {
      memory.asSlice(offset, length).fill(value);
    }
  }

  @Override
  public DeviceBuffer view(long offset, long length) {
    check("view", offset, length);
    try (var _ = use()) {
      return new HostBuffer(this, memory.asSlice(offset, length));
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
