package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceClass;
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
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jspecify.annotations.Nullable;

/** A command queue. */
final class OpenClQueue implements DeviceQueue {
  /** A Java buffer holds less than 2 GiB, so larger transfers go in parts. */
  private static final long TRANSFER_PART = 1L << 30;

  private final OpenClDevice device;
  private final QueueMode mode;
  private final cl_command_queue queue;
  private final NativeHandles.Handle handle;

  private OpenClQueue(OpenClDevice device, QueueMode mode, cl_command_queue queue) {
    this.device = device;
    this.mode = mode;
    this.queue = queue;
    this.handle =
        device.handles().register(this, "a queue of " + device.info().name(), () -> release(queue));
  }

  private static void release(cl_command_queue queue) {
    clFinish(queue);
    clReleaseCommandQueue(queue);
  }

  @SuppressWarnings("deprecation") // clCreateCommandQueueWithProperties needs OpenCL 2.0.
  static OpenClQueue create(OpenClDevice device, QueueMode mode) {
    long properties = 0;
    if (mode.order() == QueueMode.Order.OUT_OF_ORDER
        && device.info().capabilities().outOfOrderQueues()) {
      properties |= CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE;
    }
    if (mode.timing() == QueueMode.Timing.ON) {
      properties |= CL_QUEUE_PROFILING_ENABLE;
    }
    int[] status = new int[1];
    cl_command_queue queue =
        clCreateCommandQueue(device.context(), device.id(), properties, status);
    ClStatus.check(status[0], "clCreateCommandQueue", device.info().name());
    return new OpenClQueue(device, mode, queue);
  }

  @Override
  public OpenClDevice device() {
    return device;
  }

  @Override
  public QueueMode mode() {
    return mode;
  }

  /** One OpenCL call that enqueues: how many events to wait for, which, and the event to fill. */
  @FunctionalInterface
  private interface Enqueue {
    int call(int count, cl_event @Nullable [] after, cl_event event);
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
      for (DeviceBuffer buffer : buffers) {
        uses.add(own(buffer).use());
      }
      cl_event[] waits = new cl_event[after.size()];
      for (int i = 0; i < waits.length; i++) {
        if (!(after.get(i) instanceof OpenClEvent event)) {
          throw new DeviceException(
              what + " waits for an event of another kind of device",
              device.info().name(),
              "wait for it with await() first");
        }
        uses.add(event.use());
        waits[i] = event.event();
      }
      cl_event event = new cl_event();
      int status = command.call(waits.length, waits.length == 0 ? null : waits, event);
      if (ClStatus.isOutOfMemory(status)) {
        long bytes = buffers.stream().mapToLong(DeviceBuffer::bytes).sum();
        throw new OutOfDeviceMemoryException(bytes, 0, device.info().name() + ", " + what);
      }
      if (status != CL_SUCCESS) {
        throw new LaunchException(
            what + " is refused with " + ClStatus.name(status),
            device.info().name(),
            "check sizes and the driver (clinfo)");
      }
      return new OpenClEvent(this, event, what);
    } finally {
      uses.forEach(NativeHandles.Handle.Use::close);
    }
  }

  private OpenClBuffer own(DeviceBuffer buffer) {
    if (buffer.device() != device) {
      throw new DeviceException(
          "the buffer belongs to " + buffer.device().info().name() + " or was opened apart",
          device.info().name(),
          "copy through the host between devices");
    }
    return (OpenClBuffer) buffer;
  }

  @Override
  public DeviceEvent launch(
      DeviceKernel kernel,
      LaunchConfig config,
      List<KernelArgument> arguments,
      List<DeviceEvent> after) {
    LaunchRequirements.check(device, kernel.spec(), config, arguments);
    if (!(kernel instanceof OpenClKernel own) || own.program().device() != device) {
      throw new LaunchException(
          "kernel '" + kernel.spec().name() + "' belongs to another device",
          device.info().name(),
          "load the program with this Device object");
    }
    own.check(config);
    String what = "kernel '" + kernel.spec().name() + "'";
    List<DeviceBuffer> buffers = new ArrayList<>();
    for (KernelArgument argument : arguments) {
      if (argument instanceof KernelArgument.Buffer(DeviceBuffer buffer)) {
        buffers.add(buffer);
      }
    }
    if (config.isEmpty()) {
      return enqueue(
          what,
          buffers,
          after,
          (count, waits, event) -> clEnqueueMarkerWithWaitList(queue, count, waits, event));
    }
    long[] local = {config.block().x(), config.block().y(), config.block().z()};
    long[] global = {
      Math.multiplyExact(config.grid().x(), local[0]),
      Math.multiplyExact(config.grid().y(), local[1]),
      Math.multiplyExact(config.grid().z(), local[2])
    };
    try (var _ = own.program().use()) {
      return enqueue(
          what,
          buffers,
          after,
          (count, waits, event) -> {
            synchronized (own) {
              own.setArguments(config, arguments);
              return clEnqueueNDRangeKernel(
                  queue, own.kernel(), 3, null, global, local, count, waits, event);
            }
          });
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
    OpenClBuffer source = own(from);
    OpenClBuffer target = own(to);
    source.check("copy", fromOffset, length);
    target.check("copy", toOffset, length);
    return enqueue(
        "a copy",
        List.of(from, to),
        after,
        (count, waits, event) ->
            length == 0
                ? clEnqueueMarkerWithWaitList(queue, count, waits, event)
                : clEnqueueCopyBuffer(
                    queue,
                    source.memory(),
                    target.memory(),
                    fromOffset,
                    toOffset,
                    length,
                    count,
                    waits,
                    event));
  }

  @Override
  public DeviceEvent write(
      DeviceBuffer to, long offset, MemorySegment from, List<DeviceEvent> after) {
    own(to).check("write", offset, from.byteSize());
    if (from.isNative()) {
      return transfer("a write", to, offset, from, after, this::enqueueWrite);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staged = arena.allocate(Math.max(1, from.byteSize()), 64);
      MemorySegment part = staged.asSlice(0, from.byteSize()).copyFrom(from);
      DeviceEvent event = transfer("a write", to, offset, part, after, this::enqueueWrite);
      event.await();
      return event;
    }
  }

  @Override
  public DeviceEvent read(
      DeviceBuffer from, long offset, MemorySegment to, List<DeviceEvent> after) {
    own(from).check("read", offset, to.byteSize());
    if (to.isReadOnly()) {
      throw new IllegalArgumentException("the memory that a buffer is read to is read-only");
    }
    if (to.isNative()) {
      return transfer("a read", from, offset, to, after, this::enqueueRead);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staged = arena.allocate(Math.max(1, to.byteSize()), 64);
      MemorySegment part = staged.asSlice(0, to.byteSize());
      DeviceEvent event = transfer("a read", from, offset, part, after, this::enqueueRead);
      event.await();
      to.copyFrom(part);
      return event;
    }
  }

  /** A read or write of less than 2 GiB. */
  @FunctionalInterface
  private interface Transfer {
    int call(
        OpenClBuffer buffer,
        long offset,
        MemorySegment host,
        int count,
        cl_event @Nullable [] after,
        cl_event event);
  }

  /**
   * Whether a transfer that waits for {@code count} events is carried out at once. On a CPU it is a
   * copy by the same cores, so there is nothing to gain by going on meanwhile; and JOCL has another
   * thread wait for each transfer that doesn't block, which costs more than a small transfer.
   */
  private boolean blocks(int count) {
    return count == 0 && device.info().deviceClass() == DeviceClass.CPU;
  }

  private int enqueueWrite(
      OpenClBuffer buffer,
      long offset,
      MemorySegment host,
      int count,
      cl_event @Nullable [] after,
      cl_event event) {
    Pointer pointer = Pointer.to(host.asByteBuffer());
    return clEnqueueWriteBuffer(
        queue,
        buffer.memory(),
        blocks(count),
        offset,
        host.byteSize(),
        pointer,
        count,
        after,
        event);
  }

  private int enqueueRead(
      OpenClBuffer buffer,
      long offset,
      MemorySegment host,
      int count,
      cl_event @Nullable [] after,
      cl_event event) {
    Pointer pointer = Pointer.to(host.asByteBuffer());
    return clEnqueueReadBuffer(
        queue,
        buffer.memory(),
        blocks(count),
        offset,
        host.byteSize(),
        pointer,
        count,
        after,
        event);
  }

  private DeviceEvent transfer(
      String what,
      DeviceBuffer buffer,
      long offset,
      MemorySegment host,
      List<DeviceEvent> after,
      Transfer transfer) {
    OpenClBuffer memory = own(buffer);
    if (host.byteSize() == 0) {
      return enqueue(
          what,
          List.of(buffer),
          after,
          (count, waits, event) -> clEnqueueMarkerWithWaitList(queue, count, waits, event));
    }
    List<DeviceEvent> waitFor = after;
    long done = 0;
    while (true) {
      long start = done;
      MemorySegment part = host.asSlice(start, Math.min(TRANSFER_PART, host.byteSize() - start));
      DeviceEvent event =
          enqueue(
              what,
              List.of(buffer),
              waitFor,
              (count, waits, made) ->
                  transfer.call(memory, offset + start, part, count, waits, made));
      waitFor.stream().filter(e -> !after.contains(e)).forEach(DeviceEvent::close);
      done += part.byteSize();
      if (done == host.byteSize()) {
        return event;
      }
      waitFor = List.of(event);
    }
  }

  @Override
  public DeviceEvent fill(
      DeviceBuffer buffer, long offset, long length, byte value, List<DeviceEvent> after) {
    OpenClBuffer memory = own(buffer);
    memory.check("fill", offset, length);
    Pointer pattern = Pointer.to(new byte[] {value});
    return enqueue(
        "a fill",
        List.of(buffer),
        after,
        (count, waits, event) ->
            length == 0
                ? clEnqueueMarkerWithWaitList(queue, count, waits, event)
                : clEnqueueFillBuffer(
                    queue, memory.memory(), pattern, 1, offset, length, count, waits, event));
  }

  void flush() {
    try (var _ = handle.use()) {
      ClStatus.check(clFlush(queue), "clFlush", device.info().name());
    }
  }

  @Override
  public void finish() {
    try (var _ = handle.use()) {
      int status = clFinish(queue);
      if (status != CL_SUCCESS) {
        throw new LaunchException(
            "a command failed with " + ClStatus.name(status),
            device.info().name(),
            "run it on the device 'simt', which finds bad accesses");
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
