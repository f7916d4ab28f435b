package dev.weft.runtime.host;

import dev.weft.base.WeftException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LaunchRequirements;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Runs each command at once, so that every event is done. */
final class HostQueue implements DeviceQueue {
  private final HostDevice device;
  private final QueueMode mode;
  private boolean closed;

  HostQueue(HostDevice device, QueueMode mode) {
    this.device = device;
    this.mode = mode;
  }

  /** A command that ran. */
  private record Done(
      QueueMode mode, long startNanos, long endNanos, String where, Map<String, Long> counters)
      implements DeviceEvent {
    @Override
    public void await() {}

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public long startNanos() {
      checkTimed();
      return startNanos;
    }

    @Override
    public long endNanos() {
      checkTimed();
      return endNanos;
    }

    private void checkTimed() {
      if (mode.timing() == QueueMode.Timing.OFF) {
        throw new DeviceException(
            "the event has no times", where, "make the queue with QueueMode.timed()");
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public QueueMode mode() {
    return mode;
  }

  private DeviceEvent run(Runnable command) {
    return counting(
        () -> {
          command.run();
          return Map.of();
        });
  }

  private DeviceEvent counting(Supplier<Map<String, Long>> command) {
    if (closed) {
      throw new DeviceException("the queue is closed", device.info().name(), "make another one");
    }
    device.checkOpen();
    long start = System.nanoTime();
    Map<String, Long> counters = command.get();
    return new Done(mode, start, System.nanoTime(), device.info().name(), counters);
  }

  @Override
  public DeviceEvent launch(
      DeviceKernel kernel,
      LaunchConfig config,
      List<KernelArgument> arguments,
      List<DeviceEvent> after) {
    LaunchRequirements.check(device, kernel.spec(), config, arguments);
    if (!(kernel instanceof HostLoadedProgram.Kernel(HostLoadedProgram owner, KernelSpec spec))) {
      throw new LaunchException(
          "kernel '" + kernel.spec().name() + "' belongs to another kind of device",
          device.info().name(),
          "load the program with this device");
    }
    return counting(() -> execute(owner, spec, config, arguments));
  }

  private Map<String, Long> execute(
      HostLoadedProgram owner,
      KernelSpec spec,
      LaunchConfig config,
      List<KernelArgument> arguments) {
    List<NativeHandles.Handle.Use> uses = new ArrayList<>();
    try {
      uses.add(owner.use());
      List<HostArgument> values = new ArrayList<>();
      for (int i = 0; i < arguments.size(); i++) {
        KernelParam param = spec.params().get(i);
        switch (arguments.get(i)) {
          case KernelArgument.Buffer(DeviceBuffer buffer) -> {
            HostBuffer memory = (HostBuffer) buffer;
            uses.add(memory.use());
            values.add(new HostArgument.Memory(param.dtype(), memory.memory(), memory.written()));
          }
          case KernelArgument.Scalar(Number value) ->
              values.add(new HostArgument.Scalar(param.dtype(), value));
        }
      }
      return config.isEmpty() ? Map.of() : owner.program().launch(spec, config, values);
    } catch (WeftException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new LaunchException(
          "the kernel '" + spec.name() + "' failed: " + e,
          device.info().name(),
          "see the cause",
          e);
    } finally {
      uses.forEach(NativeHandles.Handle.Use::close);
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
    return run(() -> from.copyTo(fromOffset, to, toOffset, length));
  }

  @Override
  public DeviceEvent write(
      DeviceBuffer to, long offset, MemorySegment from, List<DeviceEvent> after) {
    return run(() -> to.write(offset, from));
  }

  @Override
  public DeviceEvent read(
      DeviceBuffer from, long offset, MemorySegment to, List<DeviceEvent> after) {
    return run(() -> from.read(offset, to));
  }

  @Override
  public DeviceEvent fill(
      DeviceBuffer buffer, long offset, long length, byte value, List<DeviceEvent> after) {
    return run(() -> buffer.fill(offset, length, value));
  }

  @Override
  public void finish() {
    device.checkOpen();
  }

  @Override
  public void close() {
    closed = true;
  }
}
