package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.MemoryLedger;
import dev.weft.runtime.MemoryStatistics;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/** An OpenCL device with a context of its own and one queue for transfers that wait. */
final class OpenClDevice implements Device {
  private final ClDevice device;
  private final cl_context context;
  private final KernelCache cache;
  private final NativeHandles handles = new NativeHandles();
  private final MemoryLedger ledger = new MemoryLedger();
  private final Map<OpenClQueue, Boolean> queues = new WeakHashMap<>();
  private @Nullable OpenClQueue transfers;

  private OpenClDevice(ClDevice device, cl_context context, KernelCache cache) {
    this.device = device;
    this.context = context;
    this.cache = cache;
  }

  static OpenClDevice open(ClDevice device, KernelCache cache) {
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL_CONTEXT_PLATFORM, device.platform());
    int[] status = new int[1];
    cl_context context =
        clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, status);
    ClStatus.check(status[0], "clCreateContext", device.info().name());
    OpenClDevice opened = new OpenClDevice(device, context, cache);
    // The first registered is the last released.
    opened.handles.register(opened, "the context", () -> clReleaseContext(context));
    return opened;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public DeviceBuffer allocate(long bytes) {
    checkOpen();
    if (bytes < 0) {
      throw new IllegalArgumentException("a buffer's size must not be negative, got " + bytes);
    }
    long free = freeBytes();
    if (bytes > free) {
      throw new OutOfDeviceMemoryException(bytes, free, info().name());
    }
    int[] status = new int[1];
    cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE, Math.max(bytes, 1), null, status);
    if (ClStatus.isOutOfMemory(status[0])) {
      throw new OutOfDeviceMemoryException(bytes, free, info().name());
    }
    ClStatus.check(status[0], "clCreateBuffer", info().name());
    ledger.allocated(bytes);
    MemoryLedger account = ledger;
    return new OpenClBuffer(
        this,
        memory,
        bytes,
        () -> {
          clReleaseMemObject(memory);
          account.freed(bytes);
        });
  }

  /** What could be allocated at once, as far as this object knows. */
  private long freeBytes() {
    long live = ledger.statistics().liveBytes();
    return Math.max(
        0,
        Math.min(
            info().capabilities().maxAllocationBytes(),
            info().capabilities().globalBytes() - live));
  }

  @Override
  public boolean supports(ProgramImage image) {
    return info().capabilities().formats().contains(image.format());
  }

  @Override
  public LoadedProgram load(ProgramImage image) {
    checkOpen();
    if (!supports(image)) {
      throw new DeviceException(
          "it can't load " + image.format(), info().name(), "compile the model for opencl");
    }
    return OpenClProgram.load(this, image, cache);
  }

  @Override
  public DeviceQueue queue(QueueMode mode) {
    return newQueue(mode);
  }

  private OpenClQueue newQueue(QueueMode mode) {
    checkOpen();
    OpenClQueue queue = OpenClQueue.create(this, mode);
    synchronized (queues) {
      queues.put(queue, true);
    }
    return queue;
  }

  void forget(OpenClQueue queue) {
    synchronized (queues) {
      queues.remove(queue);
    }
  }

  /** The queue for transfers that wait, once every other queue is empty. */
  OpenClQueue idleTransfers() {
    synchronize();
    synchronized (this) {
      if (transfers == null) {
        transfers = newQueue(QueueMode.IN_ORDER);
      }
      return transfers;
    }
  }

  @Override
  public void synchronize() {
    checkOpen();
    List<OpenClQueue> open;
    synchronized (queues) {
      open = new ArrayList<>(queues.keySet());
    }
    open.forEach(OpenClQueue::finishIfOpen);
  }

  @Override
  public MemoryStatistics memory() {
    return ledger.statistics();
  }

  @Override
  public void close() {
    if (!handles.isClosed()) {
      try {
        synchronize();
      } finally {
        handles.close();
      }
    }
  }

  void checkOpen() {
    if (handles.isClosed()) {
      throw new DeviceException("the device is closed", info().name(), "open the device again");
    }
  }

  cl_context context() {
    return context;
  }

  cl_device_id id() {
    return device.id();
  }

  NativeHandles handles() {
    return handles;
  }
}
