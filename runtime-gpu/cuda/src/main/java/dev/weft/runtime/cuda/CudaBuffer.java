package dev.weft.runtime.cuda;

import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.NativeHandles;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Device memory, or a part of it (then {@code parent} is what it is a part of). */
final class CudaBuffer implements DeviceBuffer {
  private final CudaDevice device;
  private final long address;
  private final long bytes;
  private final NativeHandles.Handle handle;
  private final @Nullable CudaBuffer parent;

  CudaBuffer(CudaDevice device, long address, long bytes, Runnable release) {
    this(device, address, bytes, null, release);
  }

  private CudaBuffer(
      CudaDevice device, long address, long bytes, @Nullable CudaBuffer parent, Runnable release) {
    this.device = device;
    this.address = address;
    this.bytes = bytes;
    this.parent = parent;
    this.handle = device.handles().register(this, "a buffer of " + device.info().name(), release);
  }

  long address() {
    return address;
  }

  /** Keeps the memory while it is handed to the driver. */
  NativeHandles.Handle.Use use() {
    if (parent != null && parent.isClosed()) {
      throw new DeviceException(
          "the buffer that this is a view of is closed",
          device.info().name(),
          "keep it open while its views are used");
    }
    return handle.use();
  }

  @Override
  public CudaDevice device() {
    return device;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void write(long offset, MemorySegment source) {
    check("write", offset, source.byteSize());
    finish(device.idleTransfers().write(this, offset, source, List.of()));
  }

  @Override
  public void read(long offset, MemorySegment target) {
    check("read", offset, target.byteSize());
    finish(device.idleTransfers().read(this, offset, target, List.of()));
  }

  @Override
  public void copyTo(long offset, DeviceBuffer target, long targetOffset, long length) {
    finish(device.idleTransfers().copy(this, offset, target, targetOffset, length, List.of()));
  }

  @Override
  public void fill(long offset, long length, byte value) {
    finish(device.idleTransfers().fill(this, offset, length, value, List.of()));
  }

  private static void finish(DeviceEvent event) {
    try (event) {
      event.await();
    }
  }

  @Override
  public DeviceBuffer view(long offset, long length) {
    check("view", offset, length);
    int alignment = device.info().capabilities().bufferAlignment();
    if (offset % alignment != 0) {
      throw new DeviceException(
          "the offset " + offset + " of a view is no multiple of " + alignment,
          device.info().name(),
          "align it");
    }
    try (var _ = use()) {
      CudaBuffer whole = parent == null ? this : parent;
      return new CudaBuffer(device, address + offset, length, whole, () -> {});
    }
  }

  void check(String operation, long offset, long length) {
    BufferBoundsException.check(operation, offset, length, bytes, device.info().name());
  }

  @Override
  public boolean isClosed() {
    return handle.isClosed() || (parent != null && parent.isClosed());
  }

  @Override
  public void close() {
    handle.close();
  }
}
