package dev.weft.runtime;

import dev.weft.base.DType;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.HostDevice;
import dev.weft.runtime.host.HostProgram;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Devices for tests whose kernels are lambdas, registered by name; they really compute. */
public final class FakeDevices {
  private FakeDevices() {}

  /** A kernel as a function of its geometry and arguments. */
  @FunctionalInterface
  public interface Kernel {
    void run(LaunchConfig config, List<HostArgument> arguments);
  }

  /** What a device of that backend and class says of itself. */
  public static DeviceInfo info(String backend, int index, DeviceClass kind) {
    Set<DType> dtypes = Set.of(DType.FLOAT32, DType.INT32, DType.INT64, DType.UINT8);
    Capabilities capabilities =
        new Capabilities(
            Set.of(ProgramFormat.TIR),
            dtypes,
            dtypes,
            Map.of(),
            256,
            List.of(256L, 256L, 64L),
            1 << 15,
            1,
            2,
            0,
            1L << 30,
            1L << 28,
            64,
            true,
            false,
            Set.of());
    return new DeviceInfo(backend, index, kind, "fake " + backend, "Weft", "1", capabilities);
  }

  /** A device that runs the given kernels. */
  public static HostDevice running(Map<String, Kernel> kernels) {
    Map<String, Kernel> known = new HashMap<>(kernels);
    return new HostDevice(
        info("interpreter", 0, DeviceClass.INTERPRETER),
        image ->
            new HostProgram() {
              @Override
              public Map<String, Long> launch(
                  KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments) {
                Kernel code = known.get(kernel.name());
                if (code == null) {
                  throw new IllegalStateException("no lambda for " + kernel.name());
                }
                code.run(config, arguments);
                return Map.of();
              }
            });
  }

  /** An image that {@link #running} loads; its text only tells images apart. */
  public static ProgramImage image(KernelSpec... kernels) {
    return ProgramImage.ofText(ProgramFormat.TIR, "fake", List.of(kernels), List.of());
  }

  /** A provider of devices of one backend. */
  public static DeviceProvider provider(String backend, DeviceProbe probe) {
    return new DeviceProvider() {
      @Override
      public String name() {
        return backend;
      }

      @Override
      public DeviceProbe probe() {
        return probe;
      }

      @Override
      public Device open(int index) {
        if (!(probe instanceof DeviceProbe.Found(List<DeviceInfo> devices))) {
          throw new DeviceNotFoundException("none", backend, "");
        }
        return new HostDevice(
            devices.get(index),
            image -> {
              throw new KernelCompileException("this fake has no compiler", "", backend);
            });
      }
    };
  }
}
