package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LaunchRequirements;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/** A stream. All commands run in order, also on a queue that would let them overtake. */
final class CudaQueue implements DeviceQueue {

  private final CudaDevice device;
  private final QueueMode mode;
  private final CUstream stream;

  /** What times are counted from; null on a queue without times. */
  private final @Nullable CUevent epoch;

  private final NativeHandles.Handle handle;

  private CudaQueue(CudaDevice device, QueueMode mode, CUstream stream, @Nullable CUevent epoch) {
    this.device = device;
    this.mode = mode;
    this.stream = stream;
    this.epoch = epoch;
    this.handle =
        device
            .handles()
            .register(
                this,
                "a queue of " + device.info().name(),
                () -> {
                  CudaDriver driver = device.enterUnchecked();
                  driver.synchronize(stream);
                  driver.destroyStream(stream);
                  if (epoch != null) {
                    driver.destroyEvent(epoch);
                  }
                });
  }

  static CudaQueue create(CudaDevice device, QueueMode mode) {
    CudaDriver driver = device.enter();
    String where = device.info().name();
    CUstream stream = new CUstream();
    CudaStatus.check(driver.createStream(stream), "cuStreamCreate", where);
    CUevent epoch = null;
    if (mode.timing() == QueueMode.Timing.ON) {
      epoch = new CUevent();
      CudaStatus.check(driver.createEvent(epoch, true), "cuEventCreate", where);
      CudaStatus.check(driver.record(epoch, stream), "cuEventRecord", where);
    }
    return new CudaQueue(device, mode, stream, epoch);
  }

  @Override
  public CudaDevice device() {
    return device;
  }

  @Override
  public QueueMode mode() {
    return mode;
  }

  CUevent epoch() {
    if (epoch == null) {
      throw new DeviceException("the queue takes no times", where(), "make it with timed()");
    }
    return epoch;
  }

  private String where() {
    return device.info().name();
  }

  /** One call that enqueues. */
  @FunctionalInterface
  private interface Enqueue {
    int call(CudaDriver driver);
  }

  /**
   * Enqueues while queue, buffers and events are kept from being released.
   *
   * @param what the command, for errors
   */
  private DeviceEvent enqueue(
      String what, List<DeviceBuffer> buffers, List<DeviceEvent> after, Enqueue command) {
    List<NativeHandles.Handle.Use> uses = new ArrayList<>();
    try {
      uses.add(handle.use());
      CudaDriver driver = device.enter();
      for (DeviceBuffer buffer : buffers) {
        uses.add(own(buffer).use());
      }
      for (DeviceEvent event : after) {
        if (!(event instanceof CudaEvent own)) {
          throw new DeviceException(
              what + " waits for an event of another kind of device",
              where(),
              "wait for it with await() first");
        }
        uses.add(own.use());
        CudaStatus.check(driver.waitFor(stream, own.end()), "cuStreamWaitEvent", where());
      }
      boolean timed = mode.timing() == QueueMode.Timing.ON;
      CUevent start = timed ? newEvent(driver, true) : null;
      CUevent end = newEvent(driver, timed);
      CudaEvent event = new CudaEvent(this, start, end, what);
      boolean done = false;
      try {
        if (start != null) {
          CudaStatus.check(driver.record(start, stream), "cuEventRecord", where());
        }
        check(command.call(driver), what, buffers);
        CudaStatus.check(driver.record(end, stream), "cuEventRecord", where());
        if (device.isSynchronous()) {
          check(driver.synchronize(stream), what, buffers);
        }
        done = true;
        return event;
      } finally {
        if (!done) {
          event.close();
        }
      }
    } finally {
      uses.forEach(NativeHandles.Handle.Use::close);
    }
  }

  private CUevent newEvent(CudaDriver driver, boolean timed) {
    CUevent event = new CUevent();
    CudaStatus.check(driver.createEvent(event, timed), "cuEventCreate", where());
    return event;
  }

  private void check(int status, String what, List<DeviceBuffer> buffers) {
    if (status == CudaStatus.OUT_OF_MEMORY) {
      long[] free = new long[1];
      device.enter().memoryInfo(free, new long[1]);
      long bytes = buffers.stream().mapToLong(DeviceBuffer::bytes).sum();
      throw new OutOfDeviceMemoryException(bytes, free[0], where() + ", " + what);
    }
    if (status != CudaStatus.SUCCESS) {
      throw new LaunchException(
          what + " fails with " + CudaStatus.name(status), where(), CudaStatus.remedy(status));
    }
  }

  private CudaBuffer own(DeviceBuffer buffer) {
    if (buffer.device() != device) {
      throw new DeviceException(
          "the buffer belongs to " + buffer.device().info().name() + " or was opened apart",
          where(),
          "copy through the host between devices");
    }
    return (CudaBuffer) buffer;
  }

  @Override
  public DeviceEvent launch(
      DeviceKernel kernel,
      LaunchConfig config,
      List<KernelArgument> arguments,
      List<DeviceEvent> after) {
    LaunchRequirements.check(device, kernel.spec(), config, arguments);
    if (!(kernel instanceof CudaKernel own) || own.program().device() != device) {
      throw new LaunchException(
          "kernel '" + kernel.spec().name() + "' belongs to another device",
          where(),
          "load the program with this Device object");
    }
    own.check(config);
    List<DeviceBuffer> buffers = new ArrayList<>();
    for (KernelArgument argument : arguments) {
      if (argument instanceof KernelArgument.Buffer(DeviceBuffer buffer)) {
        buffers.add(buffer);
      }
    }
    String what = "kernel '" + kernel.spec().name() + "' (" + config + ")";
    if (config.isEmpty()) {
      return enqueue(what, buffers, after, driver -> CudaStatus.SUCCESS);
    }
    try (var _ = own.program().use()) {
      return enqueue(what, buffers, after, driver -> own.launch(driver, config, arguments, stream));
    }
  }

  @Override
  public DeviceEvent copy(
      DeviceBuffer from,
      long fromOffset,
      DeviceBuffer to,
      long toOffset,
      long length,
      List<DeviceEvent> after) {
    CudaBuffer source = own(from);
    CudaBuffer target = own(to);
    source.check("copy", fromOffset, length);
    target.check("copy", toOffset, length);
    return enqueue(
        "a copy",
        List.of(from, to),
        after,
        driver ->
            length == 0
                ? CudaStatus.SUCCESS
                : driver.copyOnDevice(
                    target.address() + toOffset, source.address() + fromOffset, length, stream));
  }

  @Override
  public DeviceEvent write(
      DeviceBuffer to, long offset, MemorySegment from, List<DeviceEvent> after) {
    CudaBuffer target = own(to);
    target.check("write", offset, from.byteSize());
    long at = target.address() + offset;
    if (from.byteSize() >= CudaStaging.WORTHWHILE) {
      return enqueue(
          "a write",
          List.of(to),
          after,
          driver -> {
            device.staging().write(at, from, stream);
            return CudaStatus.SUCCESS;
          });
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = from;
      if (!from.isNative()) {
        source = arena.allocate(Math.max(1, from.byteSize()), 64).asSlice(0, from.byteSize());
        source.copyFrom(from);
      }
      MemorySegment part = source;
      DeviceEvent event =
          enqueue(
              "a write",
              List.of(to),
              after,
              driver ->
                  part.byteSize() == 0
                      ? CudaStatus.SUCCESS
                      : driver.copyToDevice(at, part, stream));
      if (!from.isNative()) {
        event.await();
      }
      return event;
    }
  }

  @Override
  public DeviceEvent read(
      DeviceBuffer from, long offset, MemorySegment to, List<DeviceEvent> after) {
    CudaBuffer source = own(from);
    source.check("read", offset, to.byteSize());
    if (to.isReadOnly()) {
      throw new IllegalArgumentException("the memory that a buffer is read to is read-only");
    }
    long at = source.address() + offset;
    if (to.byteSize() >= CudaStaging.WORTHWHILE) {
      return enqueue(
          "a read",
          List.of(from),
          after,
          driver -> {
            device.staging().read(to, at, stream);
            return CudaStatus.SUCCESS;
          });
    }
    if (to.isNative()) {
      return readNative(from, at, to, after);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staged = arena.allocate(Math.max(1, to.byteSize()), 64);
      MemorySegment part = staged.asSlice(0, to.byteSize());
      DeviceEvent event = readNative(from, at, part, after);
      event.await();
      to.copyFrom(part);
      return event;
    }
  }

  private DeviceEvent readNative(
      DeviceBuffer from, long at, MemorySegment to, List<DeviceEvent> after) {
    return enqueue(
        "a read",
        List.of(from),
        after,
        driver -> to.byteSize() == 0 ? CudaStatus.SUCCESS : driver.copyToHost(to, at, stream));
  }

  @Override
  public DeviceEvent fill(
      DeviceBuffer buffer, long offset, long length, byte value, List<DeviceEvent> after) {
    CudaBuffer target = own(buffer);
    target.check("fill", offset, length);
    return enqueue(
        "a fill",
        List.of(buffer),
        after,
        driver ->
            length == 0
                ? CudaStatus.SUCCESS
                : driver.fill(target.address() + offset, value, length, stream));
  }

  /** Makes another stream wait for what is enqueued here now. */
  void holdBack(CUstream other) {
    if (handle.isClosed()) {
      return;
    }
    try (var _ = handle.use()) {
      CudaDriver driver = device.enterUnchecked();
      CUevent now = new CUevent();
      if (driver.createEvent(now, false) == CudaStatus.SUCCESS) {
        driver.record(now, stream);
        driver.waitFor(other, now);
        driver.destroyEvent(now);
      }
    } catch (DeviceException e) {
      // Closed meanwhile, which waits for what was enqueued.
    }
  }

  @Override
  public void finish() {
    try (var _ = handle.use()) {
      int status = device.enter().synchronize(stream);
      if (status != CudaStatus.SUCCESS) {
        throw new LaunchException(
            "a command failed with " + CudaStatus.name(status), where(), CudaStatus.remedy(status));
      }
    }
  }

  /** {@link #finish}, for a queue that another thread may be closing. */
  void finishIfOpen() {
    if (!handle.isClosed()) {
      finish();
    }
  }

  @Override
  public void close() {
    device.forget(this);
    handle.close();
  }
}
