package dev.weft.runtime.jvm;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.host.HostDevice;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JVM that this program runs in, as a device: kernels are bytecode, compiled by its JIT. It is
 * there on every machine.
 */
public final class JvmProvider implements DeviceProvider {
  private static final Set<DType> DTYPES =
      Set.of(
          DType.FLOAT64,
          DType.FLOAT32,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2,
          DType.INT64,
          DType.INT32,
          DType.INT16,
          DType.INT8,
          DType.UINT64,
          DType.UINT32,
          DType.UINT16,
          DType.UINT8,
          DType.BOOL);

  /** A block's threads are a loop: there is no limit but the arrays that hold what they keep. */
  private static final int THREADS = 1024;

  /** Shared memory is an array. */
  private static final long SHARED_BYTES = 256 << 10;

  @Override
  public String name() {
    return "jvm";
  }

  @Override
  public DeviceProbe probe() {
    return new DeviceProbe.Found(List.of(info()));
  }

  @Override
  public Device open(int index) {
    if (index != 0) {
      throw new DeviceNotFoundException(
          "there is one JVM, no number " + index, name() + ":" + index, "use jvm");
    }
    return new HostDevice(info(), JvmProgram::load);
  }

  private DeviceInfo info() {
    long memory = Runtime.getRuntime().maxMemory();
    Capabilities capabilities =
        new Capabilities(
            Set.of(ProgramFormat.JVM_CLASS),
            DTYPES,
            DTYPES,
            Map.of(),
            THREADS,
            List.of((long) THREADS, (long) THREADS, 64L),
            SHARED_BYTES,
            1,
            Runtime.getRuntime().availableProcessors(),
            0,
            memory,
            memory,
            1,
            true,
            false,
            Set.of());
    return new DeviceInfo(
        name(),
        0,
        DeviceClass.CPU,
        "Java virtual machine",
        System.getProperty("java.vm.vendor", ""),
        System.getProperty("java.vm.version", ""),
        capabilities);
  }
}
