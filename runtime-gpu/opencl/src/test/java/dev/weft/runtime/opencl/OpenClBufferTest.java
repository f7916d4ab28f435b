package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.runtime.BufferBoundsException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.OutOfDeviceMemoryException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenClBufferTest {
  private final Device device = OpenClDevices.open();

  @AfterEach
  void close() {
    device.close();
    assertThat(device.memory().liveBytes()).isZero();
  }

  private static byte[] read(DeviceBuffer buffer) {
    byte[] bytes = new byte[(int) buffer.bytes()];
    buffer.read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  @Test
  void everyTransferIsCheckedBeforeTheDriverSeesIt() {
    DeviceBuffer buffer = device.allocate(8);
    MemorySegment four = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
    buffer.fill(0, 8, (byte) 9);
    buffer.write(4, four);

    assertThat(read(buffer)).containsExactly(9, 9, 9, 9, 1, 2, 3, 4);
    assertThatThrownBy(() -> buffer.write(5, four)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.write(-1, four)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.read(Long.MAX_VALUE, four))
        .isInstanceOf(BufferBoundsException.class)
        .hasMessageContaining("opencl:0");
    assertThatThrownBy(() -> buffer.fill(7, 2, (byte) 0)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.view(0, 9)).isInstanceOf(BufferBoundsException.class);
    assertThatThrownBy(() -> buffer.copyTo(0, device.allocate(4), 2, 4))
        .isInstanceOf(BufferBoundsException.class);
    assertThat(read(buffer)).containsExactly(9, 9, 9, 9, 1, 2, 3, 4);
  }

  @Test
  void nativeMemoryIsTransferredWithoutACopy() {
    try (Tensor source = Tensor.of(new float[] {1, 2, 3}, 3);
        Tensor target = Tensor.allocate(DType.FLOAT32, 3)) {
      DeviceBuffer buffer = device.allocate(source.bytes());
      buffer.write(0, source.data().asReadOnly());
      buffer.read(0, target.data());

      assertThat(target.toFloats()).containsExactly(1, 2, 3);
      assertThatThrownBy(() -> buffer.read(0, target.data().asReadOnly()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void copiesWithinTheDevice() {
    DeviceBuffer from = device.allocate(4);
    DeviceBuffer to = device.allocate(4);
    from.write(0, MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
    to.fill(0, 4, (byte) 0);
    from.copyTo(1, to, 2, 2);

    assertThat(read(to)).containsExactly(0, 0, 2, 3);
  }

  @Test
  void viewsShareMemory() {
    int alignment = device.info().capabilities().bufferAlignment();
    DeviceBuffer buffer = device.allocate(4L * alignment);
    buffer.fill(0, buffer.bytes(), (byte) 0);
    DeviceBuffer view = buffer.view(alignment, 3L * alignment);
    DeviceBuffer inner = view.view(alignment, 2);
    inner.write(0, MemorySegment.ofArray(new byte[] {5, 6}));

    byte[] all = read(buffer);
    assertThat(all[2 * alignment]).isEqualTo((byte) 5);
    assertThat(all[2 * alignment + 1]).isEqualTo((byte) 6);
    assertThat(device.memory().liveBuffers()).isEqualTo(1);
    assertThatThrownBy(() -> buffer.view(1, 1))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("multiple of " + alignment);

    buffer.close();
    assertThat(view.isClosed()).isTrue();
    assertThatThrownBy(() -> inner.fill(0, 1, (byte) 0)).isInstanceOf(DeviceException.class);
  }

  @Test
  void emptyBuffersAndTransfersAreFine() {
    DeviceBuffer empty = device.allocate(0);
    empty.write(0, MemorySegment.ofArray(new byte[0]));
    empty.fill(0, 0, (byte) 1);
    empty.copyTo(0, empty, 0, 0);

    assertThat(read(empty)).isEmpty();
    assertThat(empty.view(0, 0).bytes()).isZero();
    assertThatThrownBy(() -> empty.fill(0, 1, (byte) 1)).isInstanceOf(BufferBoundsException.class);
  }

  @Test
  void tooMuchIsRefusedWithWhatCanBeHad() {
    assertThatThrownBy(() -> device.allocate(Long.MAX_VALUE))
        .isInstanceOfSatisfying(
            OutOfDeviceMemoryException.class,
            e -> {
              assertThat(e.requestedBytes()).isEqualTo(Long.MAX_VALUE);
              assertThat(e.freeBytes())
                  .isEqualTo(device.info().capabilities().maxAllocationBytes());
            });
    assertThat(device.memory().liveBytes()).isZero();
  }

  @Test
  void whatIsClosedSaysSo() {
    DeviceBuffer buffer = device.allocate(4);
    buffer.close();
    buffer.close();

    assertThatThrownBy(() -> buffer.fill(0, 1, (byte) 0))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("a buffer of opencl:0 is closed");
    device.close();
    assertThatThrownBy(() -> device.allocate(4))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the device is closed");
  }

  @Test
  void aBufferOfAnotherDeviceObjectIsRefused() {
    try (Device other = OpenClDevices.open()) {
      DeviceBuffer foreign = other.allocate(4);
      assertThatThrownBy(() -> device.allocate(4).copyTo(0, foreign, 0, 4))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("opened apart");
    }
  }

  @Test
  void theCleanerFreesWhatWasDropped() throws InterruptedException {
    drop();
    for (int i = 0; i < 100 && device.memory().liveBuffers() > 0; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(device.memory().liveBuffers()).isZero();
  }

  private void drop() {
    device.allocate(1 << 16).fill(0, 1 << 16, (byte) 1);
  }
}
