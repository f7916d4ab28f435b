package dev.weft.runtime;

import java.util.List;

/** What must hold for every launch, whatever the backend. */
public final class LaunchRequirements {
  private LaunchRequirements() {}

  /**
   * Checks a launch before a driver sees it.
   *
   * @throws LaunchException if the arguments don't fit the kernel's parameters, a buffer belongs to
   *     another device, or the block is larger than the device allows
   */
  public static void check(
      Device device, KernelSpec kernel, LaunchConfig config, List<KernelArgument> arguments) {
    String where = device.info().name() + ", kernel '" + kernel.name() + "'";
    List<KernelParam> params = kernel.params();
    if (params.size() != arguments.size()) {
      throw new LaunchException(
          "it takes " + params.size() + " arguments, got " + arguments.size(),
          where,
          "pass one for each of " + params.stream().map(KernelParam::name).toList());
    }
    for (int i = 0; i < params.size(); i++) {
      argument(device, params.get(i), arguments.get(i), where);
    }
    geometry(device.info().capabilities(), config, where);
  }

  private static void argument(
      Device device, KernelParam param, KernelArgument argument, String where) {
    String place = where + ", argument '" + param.name() + "'";
    switch (param) {
      case KernelParam.Buffer buffer -> {
        if (!(argument instanceof KernelArgument.Buffer(DeviceBuffer memory))) {
          throw new LaunchException("it is a buffer, got a number", place, "pass a DeviceBuffer");
        }
        if (memory.device() != device) {
          throw new LaunchException(
              "the buffer belongs to " + memory.device().info().name() + " or was opened apart",
              place,
              "allocate it from the Device object that launches");
        }
        if (memory.isClosed()) {
          throw new LaunchException("the buffer is closed", place, "keep it open until finish()");
        }
      }
      case KernelParam.Scalar scalar -> {
        if (!(argument instanceof KernelArgument.Scalar)) {
          throw new LaunchException("it is a number, got a buffer", place, "pass a number");
        }
      }
    }
  }

  private static void geometry(Capabilities can, LaunchConfig config, String where) {
    Extent3 block = config.block();
    List<Long> most = can.maxBlock();
    boolean fits =
        block.x() <= most.get(0)
            && block.y() <= most.get(1)
            && block.z() <= most.get(2)
            && block.count() <= can.maxThreadsPerBlock();
    if (!fits) {
      throw new LaunchException(
          "the block "
              + block
              + " is larger than the device allows: "
              + can.maxThreadsPerBlock()
              + " threads, "
              + most
              + " by dimension",
          where,
          "schedule the function with fewer threads a block");
    }
    if (config.sharedBytes() > can.sharedBytes()) {
      throw new LaunchException(
          "it asks for "
              + config.sharedBytes()
              + " bytes of dynamic shared memory, the device has "
              + can.sharedBytes(),
          where,
          "schedule the function with smaller tiles");
    }
  }
}
