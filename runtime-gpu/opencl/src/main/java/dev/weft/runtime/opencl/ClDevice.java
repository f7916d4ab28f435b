package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.ProgramFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * A device as a driver names it, with what it says of itself.
 *
 * @param platform its platform
 * @param id the device
 * @param info what the rest of Weft sees
 */
record ClDevice(cl_platform_id platform, cl_device_id id, DeviceInfo info) {
  /** Platform without any driver (cl_khr_icd). */
  private static final int PLATFORM_NOT_FOUND_KHR = -1001;

  private static final int WARP_SIZE_NV = 0x4003;
  private static final int WAVEFRONT_WIDTH_AMD = 0x4043;

  /** Every device of every platform: GPUs, accelerators, CPUs; else in the drivers' order. */
  static List<ClDevice> all() {
    record Found(cl_platform_id platform, cl_device_id device, long type) {
      int rank() {
        return (type & CL_DEVICE_TYPE_GPU) != 0 ? 0 : (type & CL_DEVICE_TYPE_CPU) != 0 ? 2 : 1;
      }
    }
    List<Found> found = new ArrayList<>();
    for (cl_platform_id platform : platforms()) {
      for (cl_device_id device : devices(platform)) {
        found.add(new Found(platform, device, number(device, CL_DEVICE_TYPE)));
      }
    }
    found.sort(Comparator.comparingInt(Found::rank));
    List<ClDevice> result = new ArrayList<>();
    for (Found each : found) {
      DeviceInfo info = describe(each.platform(), each.device(), each.type(), result.size());
      result.add(new ClDevice(each.platform(), each.device(), info));
    }
    return result;
  }

  /**
   * Whether the driver keeps compiled kernels on disk by itself, for all launch geometries that it
   * has seen. PoCL does; asking it for a binary would compile every kernel once more, for any
   * geometry (about 200 ms each).
   */
  boolean hasOwnCache() {
    return text(platform, CL_PLATFORM_NAME).equals("Portable Computing Language");
  }

  private static List<cl_platform_id> platforms() {
    int[] count = new int[1];
    int status = clGetPlatformIDs(0, null, count);
    if (status == PLATFORM_NOT_FOUND_KHR || count[0] == 0) {
      return List.of();
    }
    ClStatus.check(status, "clGetPlatformIDs", "opencl");
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    ClStatus.check(clGetPlatformIDs(platforms.length, platforms, null), "clGetPlatformIDs", "");
    return List.of(platforms);
  }

  private static List<cl_device_id> devices(cl_platform_id platform) {
    int[] count = new int[1];
    int status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
    if (status == CL_DEVICE_NOT_FOUND || count[0] == 0) {
      return List.of();
    }
    ClStatus.check(status, "clGetDeviceIDs", "opencl");
    cl_device_id[] devices = new cl_device_id[count[0]];
    ClStatus.check(
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, devices.length, devices, null),
        "clGetDeviceIDs",
        "opencl");
    List<cl_device_id> usable = new ArrayList<>();
    for (cl_device_id device : devices) {
      if (number(device, CL_DEVICE_AVAILABLE) != 0
          && number(device, CL_DEVICE_COMPILER_AVAILABLE) != 0) {
        usable.add(device);
      }
    }
    return usable;
  }

  private static DeviceInfo describe(
      cl_platform_id platform, cl_device_id device, long type, int index) {
    DeviceClass kind = (type & CL_DEVICE_TYPE_CPU) != 0 ? DeviceClass.CPU : DeviceClass.GPU;
    String driver =
        text(platform, CL_PLATFORM_NAME)
            + ", "
            + text(platform, CL_PLATFORM_VERSION)
            + ", driver "
            + text(device, CL_DRIVER_VERSION);
    return new DeviceInfo(
        OpenClProvider.NAME,
        index,
        kind,
        text(device, CL_DEVICE_NAME),
        text(device, CL_DEVICE_VENDOR),
        driver,
        capabilities(device, kind));
  }

  @SuppressWarnings("deprecation") // The names of OpenCL 1.x, which every driver answers to.
  private static Capabilities capabilities(cl_device_id device, DeviceClass kind) {
    Set<String> extensions =
        new LinkedHashSet<>(List.of(text(device, CL_DEVICE_EXTENSIONS).split("\\s+")));
    extensions.remove("");
    boolean hasHalf = extensions.contains("cl_khr_fp16");
    boolean hasDouble =
        extensions.contains("cl_khr_fp64") || number(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    long queueProperties = number(device, CL_DEVICE_QUEUE_PROPERTIES);
    long[] maxBlock = numbers(device, CL_DEVICE_MAX_WORK_ITEM_SIZES, 3);
    return new Capabilities(
        Set.of(ProgramFormat.OPENCL_C),
        storage(hasDouble),
        arithmetic(hasHalf, hasDouble),
        vectorWidths(device, hasHalf, hasDouble),
        (int) number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE),
        List.of(maxBlock[0], maxBlock[1], maxBlock[2]),
        number(device, CL_DEVICE_LOCAL_MEM_SIZE),
        subgroupSize(device, kind, extensions),
        (int) number(device, CL_DEVICE_MAX_COMPUTE_UNITS),
        (int) number(device, CL_DEVICE_MAX_CLOCK_FREQUENCY),
        number(device, CL_DEVICE_GLOBAL_MEM_SIZE),
        number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        Math.max(1, (int) number(device, CL_DEVICE_MEM_BASE_ADDR_ALIGN) / Byte.SIZE),
        number(device, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
        (queueProperties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0,
        extensions);
  }

  private static Set<DType> arithmetic(boolean hasHalf, boolean hasDouble) {
    Set<DType> types = new LinkedHashSet<>(INTEGERS);
    types.add(DType.FLOAT32);
    if (hasHalf) {
      types.add(DType.FLOAT16);
    }
    if (hasDouble) {
      types.add(DType.FLOAT64);
    }
    return types;
  }

  /** What kernels can load and store, at least as the bits of an integer. */
  private static Set<DType> storage(boolean hasDouble) {
    Set<DType> types = new LinkedHashSet<>(INTEGERS);
    types.addAll(
        List.of(
            DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.FLOAT8_E4M3, DType.FLOAT8_E5M2));
    if (hasDouble) {
      types.add(DType.FLOAT64);
    }
    return types;
  }

  private static final List<DType> INTEGERS =
      List.of(
          DType.INT8,
          DType.INT16,
          DType.INT32,
          DType.INT64,
          DType.UINT8,
          DType.UINT16,
          DType.UINT32,
          DType.UINT64,
          DType.BOOL);

  private static Map<DType, Integer> vectorWidths(
      cl_device_id device, boolean hasHalf, boolean hasDouble) {
    Map<DType, Integer> widths = new HashMap<>();
    width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_CHAR, DType.INT8, DType.UINT8);
    width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_SHORT, DType.INT16, DType.UINT16);
    width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_INT, DType.INT32, DType.UINT32);
    width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_LONG, DType.INT64, DType.UINT64);
    width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT, DType.FLOAT32);
    if (hasHalf) {
      width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF, DType.FLOAT16);
    }
    if (hasDouble) {
      width(widths, device, CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE, DType.FLOAT64);
    }
    return widths;
  }

  private static void width(
      Map<DType, Integer> widths, cl_device_id device, int parameter, DType... dtypes) {
    int width = (int) number(device, parameter);
    for (DType dtype : dtypes) {
      if (width > 0) {
        widths.put(dtype, width);
      }
    }
  }

  /** Vendors tell it in ways of their own; on a CPU work-items don't run in lock step. */
  private static int subgroupSize(cl_device_id device, DeviceClass kind, Set<String> extensions) {
    if (kind == DeviceClass.CPU) {
      return 1;
    }
    if (extensions.contains("cl_nv_device_attribute_query")) {
      return Math.max(1, (int) number(device, WARP_SIZE_NV));
    }
    if (extensions.contains("cl_amd_device_attribute_query")) {
      return Math.max(1, (int) number(device, WAVEFRONT_WIDTH_AMD));
    }
    return 1;
  }

  /** A number of up to 64 bits, zero if the driver doesn't know the question. */
  private static long number(cl_device_id device, int parameter) {
    long[] value = new long[1];
    int status = clGetDeviceInfo(device, parameter, Sizeof.cl_ulong, Pointer.to(value), null);
    return status == CL_SUCCESS ? value[0] : 0;
  }

  private static long[] numbers(cl_device_id device, int parameter, int count) {
    long[] values = new long[Math.max(count, 8)];
    ClStatus.check(
        clGetDeviceInfo(
            device, parameter, (long) values.length * Sizeof.size_t, Pointer.to(values), null),
        "clGetDeviceInfo",
        "opencl");
    return values;
  }

  private static String text(cl_device_id device, int parameter) {
    long[] size = new long[1];
    ClStatus.check(clGetDeviceInfo(device, parameter, 0, null, size), "clGetDeviceInfo", "opencl");
    byte[] bytes = new byte[(int) size[0]];
    ClStatus.check(
        clGetDeviceInfo(device, parameter, bytes.length, Pointer.to(bytes), null),
        "clGetDeviceInfo",
        "opencl");
    return text(bytes);
  }

  private static String text(cl_platform_id platform, int parameter) {
    long[] size = new long[1];
    ClStatus.check(
        clGetPlatformInfo(platform, parameter, 0, null, size), "clGetPlatformInfo", "opencl");
    byte[] bytes = new byte[(int) size[0]];
    ClStatus.check(
        clGetPlatformInfo(platform, parameter, bytes.length, Pointer.to(bytes), null),
        "clGetPlatformInfo",
        "opencl");
    return text(bytes);
  }

  private static String text(byte[] zeroTerminated) {
    int end = 0;
    while (end < zeroTerminated.length && zeroTerminated[end] != 0) {
      end++;
    }
    return new String(zeroTerminated, 0, end, StandardCharsets.UTF_8).strip();
  }
}
