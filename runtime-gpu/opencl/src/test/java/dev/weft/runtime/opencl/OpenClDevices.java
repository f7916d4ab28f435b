package dev.weft.runtime.opencl;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.base.DType;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import java.util.List;

/** What the tests here share: a device or a skipped test that says why, and kernels. */
final class OpenClDevices {
  private OpenClDevices() {}

  static final KernelSpec VECADD =
      new KernelSpec(
          "vecadd",
          List.of(
              new KernelParam.Buffer("a", DType.FLOAT32, KernelParam.Access.READ),
              new KernelParam.Buffer("b", DType.FLOAT32, KernelParam.Access.READ),
              new KernelParam.Buffer("c", DType.FLOAT32, KernelParam.Access.WRITE),
              new KernelParam.Scalar("n", DType.INT32)));

  static final String VECADD_SOURCE =
      """
      __kernel void vecadd(__global const float* a, __global const float* b,
                           __global float* c, int n) {
        int i = get_global_id(0);
        if (i < n) c[i] = a[i] + b[i];
      }
      """;

  static ProgramImage program(String source, KernelSpec... kernels) {
    return ProgramImage.ofText(ProgramFormat.OPENCL_C, source, List.of(kernels), List.of());
  }

  static ProgramImage vecadd() {
    return program(VECADD_SOURCE, VECADD);
  }

  /** The first device; the test is skipped where there is none, and the report says why. */
  static Device open() {
    return open(KernelCache.off());
  }

  static Device open(KernelCache cache) {
    OpenClProvider provider = new OpenClProvider();
    return switch (provider.probe()) {
      case DeviceProbe.Found found -> provider.open(0, cache);
      case DeviceProbe.Missing(String reason, String remedy) ->
          abort("no OpenCL device: " + reason + "; " + remedy);
    };
  }
}
