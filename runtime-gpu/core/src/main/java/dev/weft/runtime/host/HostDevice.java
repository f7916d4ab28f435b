package dev.weft.runtime.host;

import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.MemoryLedger;
import dev.weft.runtime.MemoryStatistics;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A device in host memory: buffers are {@link MemorySegment}s, and a launch runs in the calling
 * thread and is done when it returns. What runs is up to a {@link HostLoader}: bytecode, an
 * interpreter, a test's lambdas.
 */
public final class HostDevice implements Device {
  /** Of every buffer, in bytes: what drivers of real devices give. */
  private static final int ALIGNMENT = 256;

  private final DeviceInfo info;
  private final HostLoader loader;
  private final boolean knowsWrites;
  private final NativeHandles handles = new NativeHandles();
  private final MemoryLedger ledger = new MemoryLedger();

  /** A device that says {@code info} of itself and runs what {@code loader} loads. */
  public HostDevice(DeviceInfo info, HostLoader loader) {
    this(info, loader, false);
  }

  /**
   * As {@link #HostDevice(DeviceInfo, HostLoader)}.
   *
   * @param knowsWrites whether buffers keep which of their bytes were written, for launches to
   *     check; see {@link HostArgument.Memory}
   */
  public HostDevice(DeviceInfo info, HostLoader loader, boolean knowsWrites) {
    this.info = info;
    this.loader = loader;
    this.knowsWrites = knowsWrites;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public DeviceBuffer allocate(long bytes) {
    checkOpen();
    if (bytes < 0) {
      throw new IllegalArgumentException("a buffer's size must not be negative, got " + bytes);
    }
    long live = ledger.statistics().liveBytes();
    long free =
        Math.min(
            info.capabilities().maxAllocationBytes(), info.capabilities().globalBytes() - live);
    if (bytes > free) {
      throw new OutOfDeviceMemoryException(bytes, free, info.name());
    }
    Arena arena = Arena.ofShared();
    MemorySegment memory;
    try {
      memory = arena.allocate(Math.max(bytes, 1), ALIGNMENT).asSlice(0, bytes);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new OutOfDeviceMemoryException(bytes, Runtime.getRuntime().freeMemory(), info.name());
    }
    ledger.allocated(bytes);
    WrittenBytes written = knowsWrites ? WrittenBytes.none(bytes) : null;
    return new HostBuffer(this, memory, written, releasing(arena, bytes));
  }

  private Runnable releasing(Arena arena, long bytes) {
    MemoryLedger account = ledger;
    return () -> {
      arena.close();
      account.freed(bytes);
    };
  }

  @Override
  public boolean supports(ProgramImage image) {
    return info.capabilities().formats().contains(image.format());
  }

  @Override
  public LoadedProgram load(ProgramImage image) {
    checkOpen();
    if (!supports(image)) {
      throw new DeviceException(
          "it can't load " + image.format(), info.name(), "compile the model for this device");
    }
    return new HostLoadedProgram(this, image, loader.load(image));
  }

  @Override
  public DeviceQueue queue(QueueMode mode) {
    checkOpen();
    return new HostQueue(this, mode);
  }

  @Override
  public void synchronize() {
    checkOpen();
  }

  @Override
  public MemoryStatistics memory() {
    return ledger.statistics();
  }

  @Override
  public void close() {
    handles.close();
  }

  NativeHandles handles() {
    return handles;
  }

  void checkOpen() {
    if (handles.isClosed()) {
      throw new DeviceException("the device is closed", info.name(), "open the device again");
    }
  }
}
