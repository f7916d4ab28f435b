package dev.weft.cli;

import dev.weft.runtime.Devices;
import picocli.CommandLine.Option;

/** The option {@code --device}. */
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = Devices.BEST,
      description = "opencl:0, jvm, simt, interpreter, ...; ${DEFAULT-VALUE} picks (the default).")
  private String name = Devices.BEST;

  /** The name as given. */
  String name() {
    return name;
  }
}
