package dev.weft.kernels;

import dev.weft.base.Tensor;
import dev.weft.compiler.CompiledFunction;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.Devices;
import dev.weft.tir.PrimFunc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/**
 * A device that kernels are tested on, or a backend that has none on this machine. Tests on the
 * latter are skipped with the reason, and counted.
 *
 * @param name {@code opencl:0}, or the backend's name where there is no device
 * @param missing why there is no device; empty if there is one
 */
record DeviceUnderTest(String name, String missing) {
  private static final Devices DEVICES = Devices.installed();

  /** Open devices; they live as long as the test JVM. */
  private static final Map<String, Device> OPEN = new TreeMap<>();

  /** The device that the tests are limited to, by the property weft.test.devices; empty for all. */
  private static final String ONLY = System.getProperty("weft.test.devices", "");

  /** Every device found, and every backend without one; under Oclgrind its device alone. */
  static List<DeviceUnderTest> all() {
    List<DeviceUnderTest> all = new ArrayList<>();
    if (Oclgrind.isRunning()) {
      DEVICES.list().stream()
          .filter(info -> info.product().contains("Oclgrind"))
          .forEach(info -> all.add(new DeviceUnderTest(info.name(), "")));
      if (all.isEmpty()) {
        throw new IllegalStateException("OCLGRIND_LOG is set, but there is no Oclgrind device");
      }
      return all;
    }
    DEVICES
        .probe()
        .forEach(
            (backend, probe) -> {
              switch (probe) {
                case DeviceProbe.Found(List<DeviceInfo> devices) ->
                    devices.forEach(info -> all.add(new DeviceUnderTest(info.name(), "")));
                case DeviceProbe.Missing(String reason, String remedy) ->
                    all.add(new DeviceUnderTest(backend, reason + "; " + remedy));
              }
            });
    return ONLY.isEmpty() ? all : all.stream().filter(device -> device.name.equals(ONLY)).toList();
  }

  /** Opens the device; skips the test if there is none. */
  Device open() {
    Assumptions.assumeTrue(missing.isEmpty(), () -> name + ": " + missing);
    synchronized (OPEN) {
      return OPEN.computeIfAbsent(name, DEVICES::open);
    }
  }

  /**
   * Lowers, generates, loads and launches a function and compares with what is expected.
   *
   * @param function scheduled by hand or not at all; what is not scheduled gets a default schedule
   */
  void check(PrimFunc function, Samples samples) {
    DeviceCounts.count(
        name,
        () -> {
          Device device = open();
          try (CompiledFunction compiled = CompiledFunction.compile(function, device)) {
            samples.check(compiled::run);
          }
        });
  }

  /** Compiles a function for the device and runs it once; skips the test if there is none. */
  void run(PrimFunc function, List<Tensor> tensors) {
    try (CompiledFunction compiled = CompiledFunction.compile(function, open())) {
      compiled.run(tensors);
    }
  }

  /** Whether it is an interpreter or a simulator, which take minutes for 1024×1024 matrices. */
  boolean isInterpreter() {
    if (Oclgrind.isRunning()) {
      return true;
    }
    String backend = name.replaceFirst(":.*", "");
    return backend.equals("interpreter") || backend.equals("simt");
  }

  @Override
  public String toString() {
    return name;
  }
}
