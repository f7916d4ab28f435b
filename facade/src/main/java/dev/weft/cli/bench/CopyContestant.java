package dev.weft.cli.bench;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;

/**
 * A copy that moves as many bytes as a workload must: half of them read, half of them written. What
 * a workload that is bound by memory can hope for on this device at this size.
 */
public final class CopyContestant implements Contestant {
  private final DeviceCopy copy;

  private CopyContestant(DeviceCopy copy) {
    this.copy = copy;
  }

  /**
   * A copy on a device.
   *
   * @param bytes read and written together
   * @throws InputException if the device takes no hand-written kernel
   */
  public static CopyContestant of(Device device, double bytes) {
    if (!DeviceCopy.isPossibleOn(device)) {
      throw new InputException(
          "a plain copy can only be measured on devices that take OpenCL C",
          "--vs copy",
          "leave it out, or take --device opencl:0");
    }
    return new CopyContestant(DeviceCopy.fastest(device, Math.max(1, Math.round(bytes / 2))));
  }

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      copy.run();
    }
  }

  @Override
  public boolean computes() {
    return false;
  }

  @Override
  public Tensor result() {
    throw new UnsupportedOperationException("a copy works nothing out");
  }

  @Override
  public void close() {
    copy.close();
  }
}
