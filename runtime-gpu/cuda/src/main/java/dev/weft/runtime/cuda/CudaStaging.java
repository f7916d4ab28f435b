package dev.weft.runtime.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUstream;

/**
 * Two page-locked buffers: while the device copies one, the host fills or empties the other. One
 * transfer at a time.
 */
final class CudaStaging {
  /** Below this, the driver's own way is as fast. */
  static final long WORTHWHILE = 256L << 10;

  private static final long PART = 4L << 20;

  private final CudaDevice device;
  private final MemorySegment[] parts;

  private CudaStaging(CudaDevice device, MemorySegment[] parts) {
    this.device = device;
    this.parts = parts;
  }

  static CudaStaging allocate(CudaDevice device) {
    CudaDriver driver = device.enter();
    MemorySegment[] parts = new MemorySegment[2];
    for (int i = 0; i < parts.length; i++) {
      MemorySegment[] one = new MemorySegment[1];
      CudaStatus.check(driver.allocatePinned(one, PART), "cuMemHostAlloc", device.info().name());
      parts[i] = one[0];
    }
    CudaStaging staging = new CudaStaging(device, parts);
    device
        .handles()
        .register(
            staging,
            "page-locked memory",
            () -> {
              device.enterUnchecked();
              for (MemorySegment part : parts) {
                driver.freePinned(part);
              }
            });
    return staging;
  }

  /** Copies to the device and waits. */
  synchronized void write(long to, MemorySegment from, CUstream stream) {
    CudaDriver driver = device.enter();
    int number = 0;
    for (long done = 0; done < from.byteSize(); done += PART, number++) {
      long length = Math.min(PART, from.byteSize() - done);
      if (number >= parts.length) {
        // The part before this one is still under way; the one that was in this buffer is not.
        await(driver, stream);
      }
      MemorySegment part = parts[number % parts.length].asSlice(0, length);
      part.copyFrom(from.asSlice(done, length));
      check(driver.copyToDevice(to + done, part, stream), "cuMemcpyHtoDAsync");
    }
    await(driver, stream);
  }

  /** Copies to the host and waits. */
  synchronized void read(MemorySegment to, long from, CUstream stream) {
    CudaDriver driver = device.enter();
    long previous = -1;
    int number = 0;
    for (long done = 0; done < to.byteSize(); done += PART, number++) {
      long length = Math.min(PART, to.byteSize() - done);
      if (previous >= 0) {
        await(driver, stream);
      }
      MemorySegment part = parts[number % parts.length].asSlice(0, length);
      check(driver.copyToHost(part, from + done, stream), "cuMemcpyDtoHAsync");
      if (previous >= 0) {
        empty(to, previous, number - 1);
      }
      previous = done;
    }
    if (previous >= 0) {
      await(driver, stream);
      empty(to, previous, number - 1);
    }
  }

  private void empty(MemorySegment to, long at, int number) {
    long length = Math.min(PART, to.byteSize() - at);
    to.asSlice(at, length).copyFrom(parts[number % parts.length].asSlice(0, length));
  }

  private void await(CudaDriver driver, CUstream stream) {
    check(driver.synchronize(stream), "cuStreamSynchronize");
  }

  private void check(int status, String call) {
    CudaStatus.check(status, call, device.info().name());
  }
}
