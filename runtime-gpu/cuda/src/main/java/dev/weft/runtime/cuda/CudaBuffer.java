package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.NativeBuffer;

/** Device memory, or a part of it. */
final class CudaBuffer extends NativeBuffer {
  private final CudaDevice device;
  private final long address;

  CudaBuffer(CudaDevice device, long address, long bytes, Runnable release) {
    super(device.info(), device.handles(), bytes, release);
    this.device = device;
    this.address = address;
  }

  private CudaBuffer(CudaBuffer parent, long start, long bytes) {
    super(parent, parent.device.handles(), start, bytes, () -> {});
    this.device = parent.device;
    this.address = parent.address + start;
  }

  long address() {
    return address;
  }

  @Override
  public CudaDevice device() {
    return device;
  }

  @Override
  protected DeviceQueue idleTransfers() {
    return device.idleTransfers();
  }

  @Override
  protected DeviceBuffer part(long offset, long length) {
    return new CudaBuffer(this, offset, length);
  }
}
