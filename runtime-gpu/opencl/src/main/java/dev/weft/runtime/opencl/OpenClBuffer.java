package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.NativeHandles;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jocl.cl_buffer_region;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/** A memory object, or a part of one (then {@code parent} is what it is a part of). */
final class OpenClBuffer implements DeviceBuffer {
  private final OpenClDevice device;
  private final cl_mem memory;
  private final long bytes;
  private final NativeHandles.Handle handle;
  private final @Nullable OpenClBuffer parent;

  OpenClBuffer(OpenClDevice device, cl_mem memory, long bytes, Runnable release) {
    this(device, memory, bytes, null, release);
  }

  private OpenClBuffer(
      OpenClDevice device,
      cl_mem memory,
      long bytes,
      @Nullable OpenClBuffer parent,
      Runnable release) {
    this.device = device;
    this.memory = memory;
    this.bytes = bytes;
    this.parent = parent;
    this.handle = device.handles().register(this, "a buffer of " + device.info().name(), release);
  }

  cl_mem memory() {
    return memory;
  }

  /** Keeps the memory object while it is handed to the driver. */
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
  public OpenClDevice device() {
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
    if (parent != null) {
      // OpenCL has no part of a part; all that is needed of this one is where it begins.
      return parent.view(Math.addExact(start, offset), length);
    }
    if (length == 0) {
      return device.allocate(0);
    }
    cl_buffer_region region = new cl_buffer_region(offset, length);
    int[] status = new int[1];
    try (var _ = use()) {
      cl_mem part =
          clCreateSubBuffer(
              memory, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, region, status);
      ClStatus.check(status[0], "clCreateSubBuffer", device.info().name());
      OpenClBuffer view =
          new OpenClBuffer(device, part, length, this, () -> clReleaseMemObject(part));
      view.start = offset;
      return view;
    }
  }

  /** Where a view begins in its parent. */
  private long start;

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
