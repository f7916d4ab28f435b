package dev.weft.runtime.opencl;

import static dev.weft.runtime.opencl.OpenClDevices.program;
import static dev.weft.runtime.opencl.OpenClDevices.vecadd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenClQueueTest {
  /** {@code data[i] = data[i] * 3 + add}, slowly enough for a wrong order to show. */
  private static final KernelSpec STEP =
      new KernelSpec(
          "advance",
          List.of(
              new KernelParam.Buffer("data", DType.INT32, KernelParam.Access.READ_WRITE),
              new KernelParam.Scalar("add", DType.INT32)));

  private static final String STEP_SOURCE =
      """
      __kernel void advance(__global int* data, int add) {
        int i = get_global_id(0);
        int old = data[i];
        int zero = 0;
        for (int k = 0; k < 20000; k++) zero = (zero + data[i] - old) & 1023;
        data[i] = old * 3 + add + zero;
      }
      """;

  private final Device device = OpenClDevices.open();

  @AfterEach
  void close() {
    device.close();
  }

  private static int expected(int steps) {
    int value = 1;
    for (int i = 0; i < steps; i++) {
      value = value * 3 + i;
    }
    return value;
  }

  private static int[] read(DeviceBuffer buffer) {
    int[] values = new int[(int) (buffer.bytes() / Integer.BYTES)];
    buffer.read(0, MemorySegment.ofArray(values));
    return values;
  }

  private DeviceBuffer ones(int n) {
    DeviceBuffer buffer = device.allocate((long) n * Integer.BYTES);
    int[] values = new int[n];
    java.util.Arrays.fill(values, 1);
    buffer.write(0, MemorySegment.ofArray(values));
    return buffer;
  }

  @Test
  void eventsHaveDeviceTimesInTheOrderOfAnInOrderQueue() {
    try (LoadedProgram program = device.load(program(STEP_SOURCE, STEP));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER.timed());
        DeviceBuffer data = ones(64)) {
      List<DeviceEvent> events = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        events.add(
            queue.launch(
                program.kernel("advance"),
                LaunchConfig.of(1, 64),
                List.of(KernelArgument.of(data), KernelArgument.of(i))));
      }
      queue.finish();

      long last = 0;
      for (DeviceEvent event : events) {
        assertThat(event.isDone()).isTrue();
        assertThat(event.durationNanos()).isPositive();
        assertThat(event.startNanos()).isGreaterThanOrEqualTo(last);
        last = event.endNanos();
        event.close();
      }
      assertThat(read(data)).containsOnly(expected(4));
    }
  }

  @Test
  void anOutOfOrderQueueKeepsToItsEvents() {
    try (LoadedProgram program = device.load(program(STEP_SOURCE, STEP));
        DeviceQueue queue = device.queue(QueueMode.OUT_OF_ORDER.timed());
        DeviceBuffer left = ones(64);
        DeviceBuffer right = ones(64);
        DeviceBuffer joined = device.allocate(2 * 64 * Integer.BYTES)) {
      DeviceKernel step = program.kernel("advance");
      List<DeviceEvent> lastLeft = List.of();
      List<DeviceEvent> lastRight = List.of();
      for (int i = 0; i < 8; i++) {
        lastLeft = List.of(step(queue, step, left, i, lastLeft));
        lastRight = List.of(step(queue, step, right, i, lastRight));
      }
      DeviceEvent copyLeft = queue.copy(left, 0, joined, 0, left.bytes(), lastLeft);
      DeviceEvent copyRight = queue.copy(right, 0, joined, left.bytes(), right.bytes(), lastRight);
      DeviceEvent end = step(queue, step, joined, 8, List.of(copyLeft, copyRight));
      end.await();

      assertThat(end.startNanos()).isGreaterThanOrEqualTo(copyLeft.endNanos());
      assertThat(end.startNanos()).isGreaterThanOrEqualTo(copyRight.endNanos());
      assertThat(read(joined)).containsOnly(expected(9));
    }
  }

  private static DeviceEvent step(
      DeviceQueue queue, DeviceKernel step, DeviceBuffer data, int add, List<DeviceEvent> after) {
    return queue.launch(
        step,
        LaunchConfig.of(data.bytes() / Integer.BYTES / 32, 32),
        List.of(KernelArgument.of(data), KernelArgument.of(add)),
        after);
  }

  @Test
  void transfersAndFillsMayBeEnqueued() {
    try (DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer buffer = device.allocate(8)) {
      byte[] back = new byte[8];
      queue.fill(buffer, 0, 8, (byte) 1, List.of()).close();
      queue.write(buffer, 2, MemorySegment.ofArray(new byte[] {7, 8}), List.of()).close();
      queue.read(buffer, 0, MemorySegment.ofArray(back), List.of()).close();

      assertThat(back).containsExactly(1, 1, 7, 8, 1, 1, 1, 1);
    }
  }

  @Test
  void eventsOfAQueueWithoutTimesSaySo() {
    try (DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer buffer = device.allocate(8);
        DeviceEvent event = queue.fill(buffer, 0, 8, (byte) 1, List.of())) {
      assertThatThrownBy(event::startNanos)
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("QueueMode.timed()");
    }
  }

  @Test
  void anEmptyGridIsDoneWithoutALaunch() {
    try (LoadedProgram program = device.load(program(STEP_SOURCE, STEP));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer data = ones(4);
        DeviceEvent event =
            queue.launch(
                program.kernel("advance"),
                LaunchConfig.of(0, 4),
                List.of(KernelArgument.of(data), KernelArgument.of(5)))) {
      event.await();
      assertThat(read(data)).containsOnly(1);
    }
  }

  @Test
  void launchesAreCheckedBeforeTheDriverSeesThem() {
    try (LoadedProgram program = device.load(program(STEP_SOURCE, STEP));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer data = ones(4)) {
      DeviceKernel step = program.kernel("advance");
      List<KernelArgument> fit = List.of(KernelArgument.of(data), KernelArgument.of(1));
      long most = device.info().capabilities().maxThreadsPerBlock();

      assertThatThrownBy(() -> queue.launch(step, LaunchConfig.of(1, most + 1), fit))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("kernel 'advance'")
          .hasMessageContaining("larger than the device allows");
      assertThatThrownBy(
              () -> queue.launch(step, LaunchConfig.of(1, 1), List.of(KernelArgument.of(data))))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("takes 2 arguments, got 1");
      assertThatThrownBy(
              () -> queue.launch(step, new LaunchConfig(Extent3.of(1), Extent3.of(1), 16), fit))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("no parameter for dynamic shared memory");
      assertThat(read(data)).containsOnly(1);
    }
  }

  @Test
  void dynamicSharedMemoryIsTheLastParameter() {
    String source =
        """
        __kernel void reverse(__global int* data, int n, __local int* tile) {
          int i = get_local_id(0);
          tile[i] = data[i];
          barrier(CLK_LOCAL_MEM_FENCE);
          data[i] = tile[n - 1 - i];
        }
        """;
    KernelSpec reverse = new KernelSpec("reverse", STEP.params());
    try (LoadedProgram program = device.load(program(source, reverse));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer data = device.allocate(16)) {
      data.write(0, MemorySegment.ofArray(new int[] {1, 2, 3, 4}));
      queue
          .launch(
              program.kernel("reverse"),
              new LaunchConfig(Extent3.of(1), Extent3.of(4), 16),
              List.of(KernelArgument.of(data), KernelArgument.of(4)))
          .close();

      assertThat(read(data)).containsExactly(4, 3, 2, 1);
    }
  }

  @Test
  void scalarsOfEveryWidthArrive() {
    String source =
        """
        __kernel void f(__global double* out, char a, short b, long c, float d, double e,
                        uchar f, ulong g) {
          out[0] = a; out[1] = b; out[2] = c; out[3] = d; out[4] = e; out[5] = f; out[6] = g;
        }
        """;
    List<KernelParam> params = new ArrayList<>();
    params.add(new KernelParam.Buffer("out", DType.FLOAT64, KernelParam.Access.WRITE));
    for (DType dtype :
        List.of(
            DType.INT8,
            DType.INT16,
            DType.INT64,
            DType.FLOAT32,
            DType.FLOAT64,
            DType.UINT8,
            DType.UINT64)) {
      params.add(new KernelParam.Scalar("p" + params.size(), dtype));
    }
    ProgramImage image = program(source, new KernelSpec("f", params));
    org.junit.jupiter.api.Assumptions.assumeTrue(
        device.info().capabilities().arithmeticDtypes().contains(DType.FLOAT64),
        "the device has no double arithmetic");
    try (LoadedProgram program = device.load(image);
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer out = device.allocate(7 * Double.BYTES)) {
      List<KernelArgument> arguments = new ArrayList<>();
      arguments.add(KernelArgument.of(out));
      for (Number value : List.<Number>of(-1, -300, 1L << 40, 0.5, 0.1, 200, 1L << 52)) {
        arguments.add(KernelArgument.of(value));
      }
      queue.launch(program.kernel("f"), LaunchConfig.of(1, 1), arguments).close();
      double[] values = new double[7];
      out.read(0, MemorySegment.ofArray(values));

      assertThat(values).containsExactly(-1, -300, 1L << 40, 0.5, 0.1, 200, (double) (1L << 52));
    }
  }

  @Test
  void threadsShareAProgram() throws Exception {
    try (LoadedProgram program = device.load(vecadd());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Callable<Boolean>> runs = new ArrayList<>();
      for (int i = 1; i <= 60; i++) {
        int n = 37 * i;
        runs.add(
            () -> {
              VectorAddition.check(device, program, n);
              return true;
            });
      }
      for (Future<Boolean> run : threads.invokeAll(runs)) {
        assertThat(run.get()).isTrue();
      }
    }
    assertThat(device.memory().liveBuffers()).isZero();
  }

  @Test
  void closingAQueueWaitsForItsCommands() {
    try (LoadedProgram program = device.load(program(STEP_SOURCE, STEP));
        DeviceBuffer data = ones(64)) {
      try (DeviceQueue queue = device.queue(QueueMode.IN_ORDER)) {
        for (int i = 0; i < 4; i++) {
          step(queue, program.kernel("advance"), data, i, List.of()).close();
        }
      }
      assertThat(read(data)).containsOnly(expected(4));
    }
  }
}
