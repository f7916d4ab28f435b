package dev.weft.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import dev.weft.runtime.TensorMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices on a driver that computes on the host: everything but what the GPU itself does. */
class CudaDeviceTest {
  private final HostDriver driver = new HostDriver();
  private final CudaProvider provider = new CudaProvider(Optional::empty, () -> driver);
  private final Device device = provider.open(0, KernelCache.off());

  private static ProgramImage image(String architecture, String... kernels) {
    List<KernelSpec> specs = new ArrayList<>();
    for (String kernel : kernels) {
      specs.add(
          new KernelSpec(
              kernel,
              List.of(
                  new KernelParam.Buffer("A", DType.FLOAT32, KernelParam.Access.READ),
                  new KernelParam.Buffer("B", DType.FLOAT32, KernelParam.Access.READ),
                  new KernelParam.Buffer("C", DType.FLOAT32, KernelParam.Access.WRITE),
                  new KernelParam.Scalar("n", DType.INT32))));
    }
    byte[] content = {0x7f, 'E', 'L', 'F'};
    return new ProgramImage(ProgramFormat.CUBIN, architecture, content, specs, List.of());
  }

  @AfterEach
  void everythingIsGivenBack() {
    device.close();

    assertThat(driver.memory).isEmpty();
    assertThat(driver.left()).isEmpty();
    assertThat(driver.retained).isZero();
  }

  @Test
  void tellsWhatTheDriverTells() {
    assertThat(device.info().name()).isEqualTo("cuda:0");
    assertThat(device.info().product()).isEqualTo("Host GPU");
    assertThat(device.info().driver()).isEqualTo("CUDA 12.9");
    assertThat(device.info().capabilities().extensions()).containsExactly("sm_90a");
    assertThat(device.info().capabilities().sharedBytes()).isEqualTo(227 << 10);
    assertThat(device.info().capabilities().computeUnits()).isEqualTo(132);
  }

  @Test
  void addsVectors() {
    try (LoadedProgram program = device.load(image("sm_90a", "add"));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER.timed());
        DeviceBuffer a = device.allocate(400);
        DeviceBuffer b = device.allocate(400);
        DeviceBuffer c = device.allocate(400)) {
      a.write(0, floats(100, 1));
      b.write(0, floats(100, 2));
      try (DeviceEvent event =
          queue.launch(
              program.kernel("add"),
              LaunchConfig.of(1, 128),
              List.of(
                  KernelArgument.of(a),
                  KernelArgument.of(b),
                  KernelArgument.of(c),
                  KernelArgument.of(100)))) {
        event.await();
        assertThat(event.isDone()).isTrue();
        assertThat(event.durationNanos()).isEqualTo(250_000);
      }
      MemorySegment sum = MemorySegment.ofArray(new float[100]);
      c.read(0, sum);
      assertThat(sum.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(3f);
      assertThat(program.kernel("add").resources().registers()).hasValue(40);
    }
  }

  private static MemorySegment floats(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return MemorySegment.ofArray(values);
  }

  @Test
  void largeTransfersKeepEveryByte() {
    byte[] bytes = new byte[(13 << 20) + 5];
    new Random(1).nextBytes(bytes);
    try (Arena arena = Arena.ofConfined();
        DeviceBuffer buffer = device.allocate(bytes.length + 256L)) {
      buffer.write(256, MemorySegment.ofArray(bytes));
      MemorySegment back = arena.allocate(bytes.length);
      buffer.read(256, back);
      assertThat(back.mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
    }
  }

  @Test
  void viewsShareMemory() {
    try (DeviceBuffer buffer = device.allocate(1024);
        DeviceBuffer view = buffer.view(256, 512);
        DeviceBuffer inner = view.view(256, 8)) {
      inner.fill(0, 8, (byte) 7);
      MemorySegment read = MemorySegment.ofArray(new byte[1]);
      buffer.read(512, read);
      assertThat(read.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
      assertThatThrownBy(() -> view.view(1, 8)).hasMessageContaining("multiple of 256");
      assertThatThrownBy(() -> inner.fill(4, 8, (byte) 0))
          .isInstanceOf(BufferBoundsException.class);
    }
  }

  @Test
  void outOfMemorySaysHowMuchWasAskedForAndIsFree() {
    try (DeviceBuffer half = device.allocate(40L << 20)) {
      assertThat(half.bytes()).isEqualTo(40L << 20);
      assertThatThrownBy(() -> device.allocate(30L << 20))
          .isInstanceOfSatisfying(
              OutOfDeviceMemoryException.class,
              e -> {
                assertThat(e.requestedBytes()).isEqualTo(30L << 20);
                assertThat(e.freeBytes()).isEqualTo(24L << 20);
              });
    }
    // What was freed can be had again.
    device.allocate(60L << 20).close();
  }

  /** What a kernel that copies in bulk gets behind its parameters. */
  @Test
  void launchesDescribeTensors() {
    List<KernelSpec> specs = new ArrayList<>();
    for (KernelSpec spec : image("sm_90a", "add").kernels()) {
      TensorMap map =
          new TensorMap(
              "B_map", 1, DType.FLOAT32, List.of(5L, 20L), List.of(20L, 1L), List.of(5, 8), 32);
      specs.add(new KernelSpec(spec.name(), spec.params(), List.of(map)));
    }
    byte[] content = {0x7f, 'E', 'L', 'F'};
    ProgramImage mapped =
        new ProgramImage(ProgramFormat.CUBIN, "sm_90a", content, specs, List.of());
    try (LoadedProgram program = device.load(mapped);
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer a = device.allocate(400);
        DeviceBuffer b = device.allocate(400);
        DeviceBuffer c = device.allocate(400)) {
      queue.launch(
          program.kernel("add"),
          LaunchConfig.of(1, 128),
          List.of(
              KernelArgument.of(a),
              KernelArgument.of(b),
              KernelArgument.of(c),
              KernelArgument.of(100)),
          List.of());
      queue.finish();
    }
    assertThat(driver.lastArguments).hasSize(5);
    ByteBuffer map = ByteBuffer.wrap(driver.lastArguments.get(4)).order(ByteOrder.nativeOrder());
    long address =
        ByteBuffer.wrap(driver.lastArguments.get(1)).order(ByteOrder.nativeOrder()).getLong();
    assertThat(map.getLong()).isEqualTo(address);
    // float32, 32 bytes; then extents, strides in bytes and boxes, the contiguous ones first.
    assertThat(map.getInt()).isEqualTo(7);
    assertThat(map.getInt()).isEqualTo(1);
    assertThat(List.of(map.getLong(), map.getLong(), (long) map.getInt()))
        .containsExactly(20L, 0L, 8L);
    assertThat(List.of(map.getLong(), map.getLong(), (long) map.getInt()))
        .containsExactly(5L, 80L, 5L);
  }

  @Test
  void aCrashNamesTheCodeAndTheKernel() {
    try (LoadedProgram program = device.load(image("", "crash"));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer buffer = device.allocate(4)) {
      KernelArgument argument = KernelArgument.of(buffer);
      DeviceEvent event =
          queue.launch(
              program.kernel("crash"),
              LaunchConfig.of(1, 32),
              List.of(argument, argument, argument, KernelArgument.of(1)));
      assertThatThrownBy(event::await)
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS")
          .hasMessageContaining("kernel 'crash'")
          .hasMessageContaining(CudaDevice.SYNCHRONOUS);
      event.close();
      assertThatThrownBy(queue::finish).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    }
  }

  @Test
  void synchronousLaunchesFailAtOnce() {
    System.setProperty("weft.cuda.sync", "1");
    HostDriver own = new HostDriver();
    CudaProvider synchronous = new CudaProvider(Optional::empty, () -> own);
    try (Device debugged = synchronous.open(0, KernelCache.off())) {
      DeviceQueue queue = debugged.queue(QueueMode.IN_ORDER);
      KernelArgument argument = KernelArgument.of(debugged.allocate(4));
      LoadedProgram program = debugged.load(image("", "crash"));
      assertThatThrownBy(
              () ->
                  queue.launch(
                      program.kernel("crash"),
                      LaunchConfig.of(1, 32),
                      List.of(argument, argument, argument, KernelArgument.of(1))))
          .hasMessageContaining("kernel 'crash' (grid (1, 1, 1) block (32, 1, 1))")
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    } catch (LaunchException e) {
      // Closing tells of the crash once more.
      assertThat(e).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    } finally {
      System.clearProperty("weft.cuda.sync");
    }
  }

  @Test
  void largeSharedMemoryIsAskedForOnce() {
    try (LoadedProgram program = device.load(image("sm_90", "add"));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer buffer = device.allocate(4)) {
      KernelArgument argument = KernelArgument.of(buffer);
      List<KernelArgument> arguments = List.of(argument, argument, argument, KernelArgument.of(1));
      Extent3 one = Extent3.of(1);
      queue.launch(program.kernel("add"), new LaunchConfig(one, one, 48 << 10), arguments).close();
      assertThat(driver.dynamicShared).isEmpty();
      queue.launch(program.kernel("add"), new LaunchConfig(one, one, 80000), arguments).close();
      assertThat(driver.dynamicShared).containsEntry("add", 80000);
    }
  }

  @Test
  void launchesThatDoNotFitAreRefused() {
    try (LoadedProgram program = device.load(image("sm_90", "add"));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer buffer = device.allocate(4)) {
      KernelArgument argument = KernelArgument.of(buffer);
      List<KernelArgument> arguments = List.of(argument, argument, argument, KernelArgument.of(1));
      assertThatThrownBy(
              () -> queue.launch(program.kernel("add"), LaunchConfig.of(1, 1024), arguments))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("512");
      LaunchConfig tall = new LaunchConfig(new Extent3(1, 70000, 1), Extent3.of(32), 0);
      assertThatThrownBy(() -> queue.launch(program.kernel("add"), tall, arguments))
          .hasMessageContaining("65535");
    }
  }

  @Test
  void programsForOtherArchitecturesAreRefused() {
    assertThat(device.supports(image("sm_90", "add"))).isTrue();
    assertThat(device.supports(image("sm_100a", "add"))).isFalse();
    assertThatThrownBy(() -> device.load(image("sm_100", "add")))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("sm_100")
        .hasMessageContaining("cuda:sm_90a");
  }

  @Test
  void binariesRunOnTheirGeneration() {
    assertThat(CudaDeviceInfo.runs("sm_80", "sm_86", true)).isTrue();
    assertThat(CudaDeviceInfo.runs("sm_86", "sm_80", true)).isFalse();
    assertThat(CudaDeviceInfo.runs("sm_80", "sm_90a", true)).isFalse();
    assertThat(CudaDeviceInfo.runs("sm_80", "sm_90a", false)).isTrue();
    assertThat(CudaDeviceInfo.runs("sm_90a", "sm_100a", false)).isFalse();
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> device.load(image("sm_90a", "add", "missing")))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("'missing'")
        .hasMessageContaining("CUDA_ERROR_NOT_FOUND");
  }

  @Test
  void aClosedDeviceSaysSo() {
    HostDriver own = new HostDriver();
    Device closed = new CudaProvider(Optional::empty, () -> own).open(0, KernelCache.off());
    closed.close();
    closed.close();

    assertThatThrownBy(() -> closed.allocate(4)).hasMessageContaining("the device is closed");
  }

  @Test
  void noDriverIsNoDevice() {
    CudaProvider none =
        new CudaProvider(
            () -> CudaLibrary.whyMissing("libnothing.so.9", "Linux", "amd64"),
            () -> {
              throw new AssertionError("the binding must not be touched");
            });

    assertThat(none.probe())
        .isInstanceOfSatisfying(
            DeviceProbe.Missing.class,
            missing -> {
              assertThat(missing.reason()).contains("libnothing.so.9");
              assertThat(missing.remedy()).contains("driver");
            });
    assertThatThrownBy(() -> none.open(0)).isInstanceOf(DeviceNotFoundException.class);
    assertThat(CudaLibrary.whyMissing("libcuda.so.1", "Mac OS X", "aarch64"))
        .hasValueSatisfying(reason -> assertThat(reason).contains("Mac OS X"));
  }
}
