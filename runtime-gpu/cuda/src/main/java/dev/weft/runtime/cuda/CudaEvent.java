package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.NativeHandles;
import jcuda.driver.CUevent;
import org.jspecify.annotations.Nullable;

/** The end of a command, and its beginning on a queue that takes times. */
final class CudaEvent implements DeviceEvent {
  private final CudaQueue queue;
  private final @Nullable CUevent start;
  private final CUevent end;
  private final String what;
  private final NativeHandles.Handle handle;

  /**
   * @param what the command, for errors
   */
  CudaEvent(CudaQueue queue, @Nullable CUevent start, CUevent end, String what) {
    this.queue = queue;
    this.start = start;
    this.end = end;
    this.what = what;
    CudaDevice device = queue.device();
    this.handle =
        device
            .handles()
            .register(
                this,
                "an event",
                () -> {
                  CudaDriver driver = device.enterUnchecked();
                  driver.destroyEvent(end);
                  if (start != null) {
                    driver.destroyEvent(start);
                  }
                });
  }

  CUevent end() {
    return end;
  }

  NativeHandles.Handle.Use use() {
    return handle.use();
  }

  @Override
  public void await() {
    try (var _ = use()) {
      failed(queue.device().enter().await(end));
    }
  }

  private void failed(int status) {
    if (status != CudaStatus.SUCCESS) {
      throw new LaunchException(
          what + " or something before it failed with " + CudaStatus.name(status),
          queue.device().info().name(),
          CudaStatus.remedy(status));
    }
  }

  @Override
  public boolean isDone() {
    try (var _ = use()) {
      int status = queue.device().enter().query(end);
      if (status == CudaStatus.NOT_READY) {
        return false;
      }
      failed(status);
      return true;
    }
  }

  @Override
  public long startNanos() {
    return sinceEpoch(started());
  }

  @Override
  public long endNanos() {
    started();
    return sinceEpoch(end);
  }

  /** Of the two events themselves: the device's epoch is too long ago for a float's precision. */
  @Override
  public long durationNanos() {
    return nanos(started(), end);
  }

  private CUevent started() {
    if (start == null) {
      throw new DeviceException(
          "the event has no times", queue.device().info().name(), "make the queue with timed()");
    }
    return start;
  }

  private long sinceEpoch(CUevent event) {
    return nanos(queue.epoch(), event);
  }

  private long nanos(CUevent from, CUevent to) {
    await();
    try (var _ = use()) {
      float[] millis = new float[1];
      failed(queue.device().enter().elapsedMillis(millis, from, to));
      return Math.round(millis[0] * 1e6);
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
