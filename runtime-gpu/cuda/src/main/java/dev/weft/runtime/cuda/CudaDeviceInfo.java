package dev.weft.runtime.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_INTEGRATED;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.ProgramFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUdevice;

/** What the driver tells of a device. */
final class CudaDeviceInfo {
  /** Every type: what the hardware lacks, the generated code's prelude has. */
  private static final Set<DType> DTYPES =
      Set.of(
          DType.BOOL,
          DType.INT8,
          DType.INT16,
          DType.INT32,
          DType.INT64,
          DType.UINT8,
          DType.UINT16,
          DType.UINT32,
          DType.UINT64,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT32,
          DType.FLOAT64,
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2);

  /** The driver aligns allocations to it. */
  private static final int ALIGNMENT = 256;

  private CudaDeviceInfo() {}

  static DeviceInfo of(CudaDriver driver, int index) {
    String where = CudaProvider.NAME + ":" + index;
    CUdevice device = new CUdevice();
    CudaStatus.check(driver.device(device, index), "cuDeviceGet", where);
    byte[] name = new byte[256];
    CudaStatus.check(driver.deviceName(name, device), "cuDeviceGetName", where);
    int[] version = new int[1];
    CudaStatus.check(driver.driverVersion(version), "cuDriverGetVersion", where);
    long[] memory = new long[1];
    CudaStatus.check(driver.totalMemory(memory, device), "cuDeviceTotalMem", where);
    Attributes of = new Attributes(driver, device, where);
    Capabilities capabilities =
        new Capabilities(
            Set.of(ProgramFormat.CUDA_C, ProgramFormat.PTX, ProgramFormat.CUBIN),
            DTYPES,
            DTYPES,
            Map.of(DType.FLOAT32, 4, DType.FLOAT16, 8, DType.BFLOAT16, 8, DType.INT8, 16),
            of.get(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            List.of(
                (long) of.get(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X),
                (long) of.get(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y),
                (long) of.get(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z)),
            of.get(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
            of.get(CU_DEVICE_ATTRIBUTE_WARP_SIZE),
            of.get(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            of.get(CU_DEVICE_ATTRIBUTE_CLOCK_RATE) / 1000,
            memory[0],
            memory[0],
            ALIGNMENT,
            of.get(CU_DEVICE_ATTRIBUTE_INTEGRATED) != 0,
            true,
            Set.of(
                architecture(
                    of.get(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                    of.get(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR))));
    return new DeviceInfo(
        CudaProvider.NAME,
        index,
        DeviceClass.GPU,
        new String(name, StandardCharsets.UTF_8).replaceAll("\0.*", ""),
        "NVIDIA",
        "CUDA " + version[0] / 1000 + "." + version[0] % 1000 / 10,
        capabilities);
  }

  /** {@code sm_80}; from 9.0 on with everything that only this chip has: {@code sm_90a}. */
  static String architecture(int major, int minor) {
    return "sm_" + (10 * major + minor) + (major >= 9 ? "a" : "");
  }

  /** The architecture of a device. */
  static String architecture(DeviceInfo info) {
    return info.capabilities().extensions().stream()
        .filter(extension -> extension.startsWith("sm_"))
        .findFirst()
        .orElseThrow();
  }

  /** Whether code for {@code of} runs on a device of architecture {@code device}. */
  static boolean runs(String of, String device, boolean binary) {
    if (of.isEmpty() || of.equals(device)) {
      return true;
    }
    boolean particular = of.endsWith("a") || of.endsWith("f");
    int code = CudaCompiler.number(of);
    int own = CudaCompiler.number(device);
    return !particular && code <= own && (!binary || code / 10 == own / 10);
  }

  private record Attributes(CudaDriver driver, CUdevice device, String where) {
    int get(int attribute) {
      int[] value = new int[1];
      CudaStatus.check(
          driver.deviceAttribute(value, attribute, device), "cuDeviceGetAttribute", where);
      return value[0];
    }
  }
}
