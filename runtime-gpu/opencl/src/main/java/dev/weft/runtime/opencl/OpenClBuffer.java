package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.NativeBuffer;
import org.jocl.cl_buffer_region;
import org.jocl.cl_mem;

/** A memory object, or a part of one; OpenCL has no part of a part. */
final class OpenClBuffer extends NativeBuffer {
  private final OpenClDevice device;
  private final cl_mem memory;

  OpenClBuffer(OpenClDevice device, cl_mem memory, long bytes, Runnable release) {
    super(device.info(), device.handles(), bytes, release);
    this.device = device;
    this.memory = memory;
  }

  private OpenClBuffer(OpenClBuffer parent, cl_mem memory, long start, long bytes) {
    super(parent, parent.device.handles(), start, bytes, () -> clReleaseMemObject(memory));
    this.device = parent.device;
    this.memory = memory;
  }

  cl_mem memory() {
    return memory;
  }

  @Override
  public OpenClDevice device() {
    return device;
  }

  @Override
  protected DeviceQueue idleTransfers() {
    return device.idleTransfers();
  }

  @Override
  protected DeviceBuffer part(long offset, long length) {
    if (length == 0) {
      return device.allocate(0);
    }
    cl_buffer_region region = new cl_buffer_region(offset, length);
    int[] status = new int[1];
    cl_mem part =
        clCreateSubBuffer(memory, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, region, status);
    ClStatus.check(status[0], "clCreateSubBuffer", device.info().name());
    return new OpenClBuffer(this, part, offset, length);
  }
}
