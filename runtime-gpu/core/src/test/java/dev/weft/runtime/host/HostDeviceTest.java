package dev.weft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.FakeDevices;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostDeviceTest {
  private static final KernelSpec FILL =
      new KernelSpec(
          "fill",
          List.of(
              new KernelParam.Buffer("out", DType.UINT8, KernelParam.Access.WRITE),
              new KernelParam.Scalar("value", DType.UINT8)));

  private final Device device =
      FakeDevices.running(
          Map.of(
              "fill",
              (config, arguments) -> {
                if (arguments.get(0) instanceof HostArgument.Memory out
                    && arguments.get(1) instanceof HostArgument.Scalar(DType u, Number value)) {
                  out.segment().fill(value.byteValue());
                }
              },
              "broken",
              (config, arguments) -> {
                throw new ArithmeticException("by design");
              }));

  @AfterEach
  void close() {
    device.close();
  }

  private static byte[] read(DeviceBuffer buffer) {
    byte[] bytes = new byte[(int) buffer.bytes()];
    buffer.read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  @Test
  void transfersAreChecked() {
    DeviceBuffer buffer = device.allocate(8);
    MemorySegment four = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});

    buffer.write(4, four);
    assertThat(read(buffer)).endsWith(1, 2, 3, 4);
    assertThatThrownBy(() -> buffer.write(5, four))
        .isInstanceOf(BufferBoundsException.class)
        .hasMessageContaining("write of 4 bytes at offset 5 does not lie in a buffer of 8 bytes");
    assertThatThrownBy(() -> buffer.read(-1, four)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.fill(0, 9, (byte) 0)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.view(8, 1)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.copyTo(0, device.allocate(2), 0, 3))
        .isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.read(Long.MAX_VALUE, four))
        .isInstanceOf(BufferBoundsException.class);
  }

  @Test
  void viewsShareMemoryAndDieWithTheirBuffer() {
    DeviceBuffer buffer = device.allocate(128);
    DeviceBuffer view = buffer.view(64, 64).view(0, 8);
    view.fill(0, 8, (byte) 7);

    assertThat(read(buffer)[64]).isEqualTo((byte) 7);
    buffer.close();
    assertThat(view.isClosed()).isTrue();
    assertThatThrownBy(() -> view.fill(0, 1, (byte) 1)).isInstanceOf(DeviceException.class);
  }

  @Test
  void memoryIsCounted() {
    DeviceBuffer a = device.allocate(100);
    DeviceBuffer b = device.allocate(0);
    assertThat(device.memory().liveBytes()).isEqualTo(100);
    assertThat(device.memory().liveBuffers()).isEqualTo(2);
    a.close();
    a.close();
    b.close();
    assertThat(device.memory().liveBytes()).isZero();
    assertThat(device.memory().liveBuffers()).isZero();
    assertThat(device.memory().peakBytes()).isEqualTo(100);
  }

  @Test
  void asksForMoreThanThereIs() {
    assertThatThrownBy(() -> device.allocate(1L << 40))
        .isInstanceOfSatisfying(
            OutOfDeviceMemoryException.class,
            e -> {
              assertThat(e.requestedBytes()).isEqualTo(1L << 40);
              assertThat(e.freeBytes()).isEqualTo(1L << 28);
            });
  }

  @Test
  void launchesAndTakesTimes() {
    try (var program = device.load(FakeDevices.image(FILL));
        DeviceQueue queue = device.queue(QueueMode.OUT_OF_ORDER.timed());
        DeviceBuffer out = device.allocate(3)) {
      var event =
          queue.launch(
              program.kernel("fill"),
              LaunchConfig.of(1, 1),
              List.of(KernelArgument.of(out), KernelArgument.of(9)));

      assertThat(event.isDone()).isTrue();
      assertThat(event.endNanos()).isGreaterThanOrEqualTo(event.startNanos());
      assertThat(read(out)).containsExactly(9, 9, 9);
    }
  }

  @Test
  void anEmptyGridRunsNothing() {
    try (var program = device.load(FakeDevices.image(FILL));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer out = device.allocate(1)) {
      out.fill(0, 1, (byte) 3);
      queue.launch(
          program.kernel("fill"),
          LaunchConfig.of(0, 1),
          List.of(KernelArgument.of(out), KernelArgument.of(9)));

      assertThat(read(out)).containsExactly(3);
    }
  }

  @Test
  void refusesLaunchesThatDontFit() {
    try (var program = device.load(FakeDevices.image(FILL));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        Device other = FakeDevices.running(Map.of());
        DeviceBuffer out = device.allocate(4)) {
      DeviceKernel fill = program.kernel("fill");
      KernelArgument buffer = KernelArgument.of(out);
      KernelArgument number = KernelArgument.of(1);
      LaunchConfig one = LaunchConfig.of(1, 1);

      assertRefused(queue, fill, one, List.of(buffer), "takes 2 arguments, got 1");
      assertRefused(queue, fill, one, List.of(number, number), "is a buffer, got a number");
      assertRefused(queue, fill, one, List.of(buffer, buffer), "is a number, got a buffer");
      assertRefused(
          queue,
          fill,
          LaunchConfig.of(1, 257),
          List.of(buffer, number),
          "larger than the device allows");
      assertRefused(
          queue,
          fill,
          new LaunchConfig(Extent3.of(1), Extent3.of(1), 1 << 20),
          List.of(buffer, number),
          "dynamic shared memory");
      assertRefused(
          queue,
          fill,
          one,
          List.of(KernelArgument.of(other.allocate(4)), number),
          "belongs to interpreter");
      KernelArgument gone = KernelArgument.of(closedBuffer());
      assertRefused(queue, fill, one, List.of(gone, number), "is closed");
    }
  }

  private DeviceBuffer closedBuffer() {
    DeviceBuffer buffer = device.allocate(4);
    buffer.close();
    return buffer;
  }

  private static void assertRefused(
      DeviceQueue queue,
      DeviceKernel kernel,
      LaunchConfig config,
      List<KernelArgument> arguments,
      String why) {
    assertThatThrownBy(() -> queue.launch(kernel, config, arguments))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("kernel 'fill'")
        .hasMessageContaining(why);
  }

  @Test
  void aKernelThatThrowsIsALaunchException() {
    try (var program = device.load(FakeDevices.image(new KernelSpec("broken", List.of())));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER)) {
      assertThatThrownBy(
              () -> queue.launch(program.kernel("broken"), LaunchConfig.of(1, 1), List.of()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("'broken'")
          .hasMessageContaining("by design");
    }
  }

  @Test
  void loadsItsOwnFormatsOnly() {
    assertThatThrownBy(
            () -> device.load(ProgramImage.ofText(ProgramFormat.PTX, "", List.of(), List.of())))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("can't load PTX");
  }

  @Test
  void aClosedDeviceFreesAllAndSaysSo() {
    device.allocate(1000);
    device.close();

    assertThat(device.memory().liveBytes()).isZero();
    assertThatThrownBy(() -> device.allocate(1))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the device is closed");
  }
}
