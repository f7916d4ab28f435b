package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.QueueMode;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;

/** An event of a queue. */
final class OpenClEvent implements DeviceEvent {
  private final OpenClQueue queue;
  private final cl_event event;
  private final String what;
  private final NativeHandles.Handle handle;

  /**
   * @param what the command, for errors
   */
  OpenClEvent(OpenClQueue queue, cl_event event, String what) {
    this.queue = queue;
    this.event = event;
    this.what = what;
    this.handle = queue.device().handles().register(this, "an event", () -> clReleaseEvent(event));
  }

  cl_event event() {
    return event;
  }

  NativeHandles.Handle.Use use() {
    return handle.use();
  }

  @Override
  public void await() {
    try (var _ = use()) {
      int status = clWaitForEvents(1, new cl_event[] {event});
      if (status != CL_SUCCESS) {
        int state = state();
        throw new LaunchException(
            what + " failed with " + ClStatus.name(state < 0 ? state : status),
            queue.device().info().name(),
            "run it on the device 'simt', which finds bad accesses");
      }
    }
  }

  @Override
  public boolean isDone() {
    queue.flush();
    try (var _ = use()) {
      return state() <= CL_COMPLETE;
    }
  }

  private int state() {
    int[] state = new int[1];
    ClStatus.check(
        clGetEventInfo(
            event, CL_EVENT_COMMAND_EXECUTION_STATUS, Sizeof.cl_int, Pointer.to(state), null),
        "clGetEventInfo",
        queue.device().info().name());
    return state[0];
  }

  @Override
  public long startNanos() {
    return time(CL_PROFILING_COMMAND_START);
  }

  @Override
  public long endNanos() {
    return time(CL_PROFILING_COMMAND_END);
  }

  private long time(int parameter) {
    if (queue.mode().timing() == QueueMode.Timing.OFF) {
      throw new DeviceException(
          "the event has no times",
          queue.device().info().name(),
          "make the queue with QueueMode.timed()");
    }
    await();
    try (var _ = use()) {
      long[] nanos = new long[1];
      ClStatus.check(
          clGetEventProfilingInfo(event, parameter, Sizeof.cl_ulong, Pointer.to(nanos), null),
          "clGetEventProfilingInfo",
          queue.device().info().name());
      return nanos[0];
    }
  }

  @Override
  public void close() {
    handle.close();
  }
}
