package dev.weft.runtime.opencl;

import dev.weft.base.WeftException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import dev.weft.runtime.KernelCache;
import java.util.List;
import java.util.Optional;

/** Finds OpenCL devices: GPUs first, then CPUs, each in the drivers' order. */
public final class OpenClProvider implements DeviceProvider {
  /** The backend's name. */
  public static final String NAME = "opencl";

  private static final String REMEDY =
      "install an OpenCL driver: the GPU vendor's, or PoCL for the CPU"
          + " (apt-get install pocl-opencl-icd)";

  /** For {@link java.util.ServiceLoader}. */
  public OpenClProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceProbe probe() {
    Optional<String> missing = OpenClLibrary.whyMissing();
    if (missing.isPresent()) {
      return new DeviceProbe.Missing(missing.get(), REMEDY);
    }
    try {
      List<ClDevice> devices = ClDevice.all();
      return devices.isEmpty()
          ? new DeviceProbe.Missing("the OpenCL library knows no driver with a device", REMEDY)
          : new DeviceProbe.Found(devices.stream().map(ClDevice::info).toList());
    } catch (WeftException e) {
      return new DeviceProbe.Missing("the OpenCL driver fails: " + e.getMessage(), REMEDY);
    } catch (LinkageError e) {
      return new DeviceProbe.Missing(
          "JOCL's native library can't be loaded: " + e.getMessage(),
          "JOCL has natives for Linux, macOS and Windows on x86-64 and ARM64; it unpacks them to "
              + System.getProperty("java.io.tmpdir")
              + ", which must be writable");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Compiled programs are kept in {@link KernelCache#standard}, unless the driver keeps them
   * itself.
   */
  @Override
  public Device open(int index) {
    ClDevice device = find(index);
    return OpenClDevice.open(
        device, device.hasOwnCache() ? KernelCache.off() : KernelCache.standard());
  }

  /** {@link #open(int)} with a given cache, whatever the driver does by itself. */
  public Device open(int index, KernelCache cache) {
    return OpenClDevice.open(find(index), cache);
  }

  private ClDevice find(int index) {
    return switch (probe()) {
      case DeviceProbe.Missing(String reason, String remedy) ->
          throw new DeviceNotFoundException(reason, NAME + ":" + index, remedy);
      case DeviceProbe.Found found -> {
        List<ClDevice> devices = ClDevice.all();
        if (index < 0 || index >= devices.size()) {
          throw new DeviceNotFoundException(
              "there is no such device",
              NAME + ":" + index,
              "there are " + devices.size() + ", counted from 0");
        }
        yield devices.get(index);
      }
    };
  }
}
