package dev.weft.runtime.cuda;

import dev.weft.base.WeftException;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import dev.weft.runtime.KernelCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds CUDA devices, in the driver's order. */
public final class CudaProvider implements DeviceProvider {
  /** The backend's name. */
  public static final String NAME = CudaCompiler.NAME;

  private static final String REMEDY =
      "install NVIDIA's driver (it brings libcuda.so.1); in a container, start it with --gpus all";

  private final Supplier<Optional<String>> whyMissing;
  private final Supplier<CudaDriver> opener;
  private @Nullable CudaDriver driver;

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {
    this(CudaLibrary::whyMissing, JCudaApi::new);
  }

  /** A provider of another driver's devices. */
  CudaProvider(Supplier<Optional<String>> whyMissing, Supplier<CudaDriver> opener) {
    this.whyMissing = whyMissing;
    this.opener = opener;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceProbe probe() {
    Optional<String> missing = whyMissing.get();
    if (missing.isPresent()) {
      return new DeviceProbe.Missing(missing.get(), REMEDY);
    }
    try {
      CudaDriver api = driver();
      int status = api.init();
      int[] count = new int[1];
      if (status == CudaStatus.SUCCESS) {
        status = api.deviceCount(count);
      }
      if (status != CudaStatus.SUCCESS || count[0] == 0) {
        return new DeviceProbe.Missing(
            "the CUDA driver has no device"
                + (status == CudaStatus.SUCCESS ? "" : " (" + CudaStatus.name(status) + ")"),
            "check it with nvidia-smi; " + REMEDY);
      }
      List<DeviceInfo> devices = new ArrayList<>();
      for (int i = 0; i < count[0]; i++) {
        devices.add(CudaDeviceInfo.of(api, i));
      }
      return new DeviceProbe.Found(devices);
    } catch (WeftException e) {
      return new DeviceProbe.Missing("the CUDA driver fails: " + e.getMessage(), REMEDY);
    } catch (LinkageError e) {
      return new DeviceProbe.Missing(
          "JCuda's native library can't be loaded: " + e.getMessage(),
          "it unpacks it to " + System.getProperty("java.io.tmpdir") + ", which must be writable");
    }
  }

  private synchronized CudaDriver driver() {
    if (driver == null) {
      driver = opener.get();
    }
    return driver;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Compiled programs are kept in {@link KernelCache#standard}.
   */
  @Override
  public Device open(int index) {
    return open(index, KernelCache.standard());
  }

  /** {@link #open(int)} with a given cache. */
  public Device open(int index, KernelCache cache) {
    return switch (probe()) {
      case DeviceProbe.Missing(String reason, String remedy) ->
          throw new DeviceNotFoundException(reason, NAME + ":" + index, remedy);
      case DeviceProbe.Found(List<DeviceInfo> devices) -> {
        if (index < 0 || index >= devices.size()) {
          throw new DeviceNotFoundException(
              "there is no such device",
              NAME + ":" + index,
              "there are " + devices.size() + ", counted from 0");
        }
        yield CudaDevice.open(driver(), devices.get(index), cache);
      }
    };
  }
}
