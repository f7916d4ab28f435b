package dev.weft.runtime.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;

import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.MemoryLedger;
import dev.weft.runtime.MemoryStatistics;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/**
 * A CUDA device: its primary context, which the process shares, and a stream on which memory is
 * allocated and freed. A thread's current context is set before every call, and left so.
 */
final class CudaDevice implements Device {
  /** With this variable set to 1 each launch waits, and an error names the launch that made it. */
  static final String SYNCHRONOUS = "WEFT_CUDA_SYNC";

  private final CudaDriver driver;
  private final DeviceInfo info;
  private final CUcontext context;
  private final CUstream memory;
  private final boolean pooled;
  private final KernelCache cache;
  private final boolean synchronous;
  private final NativeHandles handles = new NativeHandles();
  private final MemoryLedger ledger = new MemoryLedger();
  private final Map<CudaQueue, Boolean> queues = new WeakHashMap<>();
  private @Nullable CudaQueue transfers;
  private @Nullable CudaStaging staging;

  private CudaDevice(
      CudaDriver driver,
      DeviceInfo info,
      CUcontext context,
      CUstream memory,
      boolean pooled,
      KernelCache cache) {
    this.driver = driver;
    this.info = info;
    this.context = context;
    this.memory = memory;
    this.pooled = pooled;
    this.cache = cache;
    this.synchronous = "1".equals(System.getProperty("weft.cuda.sync", System.getenv(SYNCHRONOUS)));
  }

  static CudaDevice open(CudaDriver driver, DeviceInfo info, KernelCache cache) {
    String where = info.name();
    CUdevice device = new CUdevice();
    CudaStatus.check(driver.device(device, info.index()), "cuDeviceGet", where);
    CUcontext context = new CUcontext();
    CudaStatus.check(
        driver.retainPrimaryContext(context, device), "cuDevicePrimaryCtxRetain", where);
    boolean done = false;
    try {
      CudaStatus.check(driver.setCurrent(context), "cuCtxSetCurrent", where);
      int[] pools = new int[1];
      boolean pooled =
          driver.deviceAttribute(pools, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, device)
                  == CudaStatus.SUCCESS
              && pools[0] != 0
              && driver.keepPool(info.index()) == CudaStatus.SUCCESS;
      CUstream memory = new CUstream();
      CudaStatus.check(driver.createStream(memory), "cuStreamCreate", where);
      CudaDevice opened = new CudaDevice(driver, info, context, memory, pooled, cache);
      // The first registered is the last released.
      opened.handles.register(
          opened,
          "the device",
          () -> {
            driver.setCurrent(context);
            driver.synchronize(memory);
            driver.destroyStream(memory);
            driver.releasePrimaryContext(device);
          });
      done = true;
      return opened;
    } finally {
      if (!done) {
        driver.releasePrimaryContext(device);
      }
    }
  }

  /** Makes this device the calling thread's, and gives its driver. */
  CudaDriver enter() {
    checkOpen();
    CudaStatus.check(driver.setCurrent(context), "cuCtxSetCurrent", info.name());
    return driver;
  }

  /** For code that runs when the device is closing. */
  CudaDriver enterUnchecked() {
    driver.setCurrent(context);
    return driver;
  }

  boolean isSynchronous() {
    return synchronous;
  }

  String architecture() {
    return CudaDeviceInfo.architecture(info);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public DeviceBuffer allocate(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a buffer's size must not be negative, got " + bytes);
    }
    CudaDriver api = enter();
    long[] address = new long[1];
    int status =
        pooled
            ? api.allocateAsync(address, Math.max(bytes, 1), memory)
            : api.allocate(address, Math.max(bytes, 1));
    if (status == CudaStatus.OUT_OF_MEMORY) {
      long[] free = new long[1];
      api.memoryInfo(free, new long[1]);
      throw new OutOfDeviceMemoryException(bytes, free[0], info.name());
    }
    CudaStatus.check(status, pooled ? "cuMemAllocAsync" : "cuMemAlloc", info.name());
    if (pooled) {
      // Other streams may use the memory from here on.
      CudaStatus.check(api.synchronize(memory), "cuStreamSynchronize", info.name());
    }
    ledger.allocated(bytes);
    MemoryLedger account = ledger;
    long at = address[0];
    return new CudaBuffer(
        this,
        at,
        bytes,
        () -> {
          release(at);
          account.freed(bytes);
        });
  }

  /** Frees memory once everything that is enqueued now is done. */
  private void release(long address) {
    CudaDriver api = enterUnchecked();
    if (!pooled) {
      // It waits by itself.
      api.free(address);
      return;
    }
    for (CudaQueue queue : openQueues()) {
      queue.holdBack(memory);
    }
    api.freeAsync(address, memory);
  }

  @Override
  public boolean supports(ProgramImage image) {
    boolean binary = image.format() == ProgramFormat.CUBIN;
    return info.capabilities().formats().contains(image.format())
        && CudaDeviceInfo.runs(image.architecture(), architecture(), binary);
  }

  @Override
  public LoadedProgram load(ProgramImage image) {
    checkOpen();
    if (!supports(image)) {
      throw new DeviceException(
          "it is "
              + architecture()
              + " and can't load "
              + image.format()
              + (image.architecture().isEmpty() ? "" : " for " + image.architecture()),
          info.name(),
          "compile the model for cuda:" + architecture());
    }
    return CudaProgram.load(this, image, cache);
  }

  @Override
  public CudaQueue queue(QueueMode mode) {
    CudaQueue queue = CudaQueue.create(this, mode);
    synchronized (queues) {
      queues.put(queue, true);
    }
    return queue;
  }

  void forget(CudaQueue queue) {
    synchronized (queues) {
      queues.remove(queue);
    }
  }

  private List<CudaQueue> openQueues() {
    synchronized (queues) {
      return new ArrayList<>(queues.keySet());
    }
  }

  /** The queue for transfers that wait, once every other queue is empty. */
  CudaQueue idleTransfers() {
    synchronize();
    synchronized (this) {
      if (transfers == null) {
        transfers = queue(QueueMode.IN_ORDER);
      }
      return transfers;
    }
  }

  /** Page-locked memory that transfers from and to ordinary memory go through. */
  synchronized CudaStaging staging() {
    if (staging == null) {
      staging = CudaStaging.allocate(this);
    }
    return staging;
  }

  @Override
  public void synchronize() {
    checkOpen();
    openQueues().forEach(CudaQueue::finishIfOpen);
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
      throw new DeviceException("the device is closed", info.name(), "open the device again");
    }
  }

  NativeHandles handles() {
    return handles;
  }
}
