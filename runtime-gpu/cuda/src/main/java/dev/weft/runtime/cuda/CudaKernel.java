package dev.weft.runtime.cuda;

import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS;
import static jcuda.driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES;

import dev.weft.base.Scalars;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.TensorMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/** A function of a module. */
final class CudaKernel implements DeviceKernel {
  /** What a launch may have without the function being told before. */
  private static final int DEFAULT_DYNAMIC = 48 << 10;

  private final CudaProgram program;
  private final KernelSpec spec;
  private final CUfunction function;
  private final KernelResources resources;
  private int allowedDynamic = DEFAULT_DYNAMIC;

  CudaKernel(CudaProgram program, KernelSpec spec, CUfunction function) {
    this.program = program;
    this.spec = spec;
    this.function = function;
    this.resources =
        new KernelResources(
            attribute(CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            attribute(CU_FUNC_ATTRIBUTE_NUM_REGS),
            attribute(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
            attribute(CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
            OptionalLong.empty());
  }

  private OptionalLong attribute(int attribute) {
    int[] value = new int[1];
    int status = program.device().enter().functionAttribute(value, attribute, function);
    return status == CudaStatus.SUCCESS ? OptionalLong.of(value[0]) : OptionalLong.empty();
  }

  @Override
  public KernelSpec spec() {
    return spec;
  }

  @Override
  public KernelResources resources() {
    return resources;
  }

  CudaProgram program() {
    return program;
  }

  private String where() {
    return program.device().info().name() + ", kernel '" + spec.name() + "'";
  }

  /** Checks what only the compiled kernel knows. */
  void check(LaunchConfig config) {
    long most = resources.maxThreadsPerBlock().orElse(Long.MAX_VALUE);
    if (config.block().count() > most) {
      throw new LaunchException(
          "the block " + config.block() + " is larger than this kernel allows: " + most,
          where(),
          "schedule the function with fewer threads a block");
    }
    // Extents of a grid (CUDA C++ Programming Guide, "Technical Specifications").
    if (config.grid().x() > Integer.MAX_VALUE
        || config.grid().y() > 65535
        || config.grid().z() > 65535) {
      throw new LaunchException(
          "the grid " + config.grid() + " is larger than CUDA allows, (2147483647, 65535, 65535)",
          where(),
          "bind the longest loop to blockIdx.x");
    }
  }

  int launch(
      CudaDriver driver, LaunchConfig config, List<KernelArgument> arguments, CUstream stream) {
    int dynamic = Math.toIntExact(config.sharedBytes());
    synchronized (this) {
      if (dynamic > allowedDynamic) {
        CudaStatus.check(
            driver.setFunctionAttribute(
                function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, dynamic),
            "cuFuncSetAttribute for " + dynamic + " bytes of shared memory",
            where());
        allowedDynamic = dynamic;
      }
    }
    int[] extents = {
      (int) config.grid().x(),
      (int) config.grid().y(),
      (int) config.grid().z(),
      (int) config.block().x(),
      (int) config.block().y(),
      (int) config.block().z()
    };
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      values.add(bytes(spec.params().get(i), arguments.get(i)));
    }
    for (TensorMap map : spec.tensorMaps()) {
      if (arguments.get(map.param()) instanceof KernelArgument.Buffer(var buffer)) {
        long address = ((CudaBuffer) buffer).address();
        values.add(CudaTensorMaps.encode(driver, map, address, where()));
      }
    }
    return driver.launch(function, extents, dynamic, stream, values);
  }

  private static byte[] bytes(KernelParam param, KernelArgument argument) {
    return switch (argument) {
      case KernelArgument.Buffer(var buffer) -> {
        byte[] bytes = new byte[Long.BYTES];
        MemorySegment.ofArray(bytes)
            .set(ValueLayout.JAVA_LONG_UNALIGNED, 0, ((CudaBuffer) buffer).address());
        yield bytes;
      }
      case KernelArgument.Scalar(Number value) -> {
        byte[] bytes = new byte[param.dtype().bytes()];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        if (param.dtype().isFloat()) {
          Scalars.setFloat(param.dtype(), segment, 0, value.doubleValue());
        } else {
          Scalars.setInt(param.dtype(), segment, 0, value.longValue());
        }
        yield bytes;
      }
    };
  }
}
