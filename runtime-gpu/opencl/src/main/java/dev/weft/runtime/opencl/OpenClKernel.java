package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.base.Scalars;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jspecify.annotations.Nullable;

/**
 * A kernel object. Its arguments are state, so setting them and launching happen under its lock.
 */
final class OpenClKernel implements DeviceKernel {
  private final OpenClProgram program;
  private final KernelSpec spec;
  private final cl_kernel kernel;
  private final KernelResources resources;

  /** Whether the source has a trailing {@code __local} parameter for dynamic shared memory. */
  private final boolean takesShared;

  OpenClKernel(OpenClProgram program, KernelSpec spec, cl_kernel kernel) {
    this.program = program;
    this.spec = spec;
    this.kernel = kernel;
    int declared = declaredParameters();
    int extra = declared - spec.params().size();
    if (extra != 0 && extra != 1) {
      throw new LaunchException(
          "the source declares "
              + declared
              + " parameters, its description "
              + spec.params().size(),
          where(),
          "compile the model again");
    }
    this.takesShared = extra == 1;
    this.resources =
        new KernelResources(
            workGroupInfo(CL_KERNEL_WORK_GROUP_SIZE),
            OptionalLong.empty(),
            workGroupInfo(CL_KERNEL_LOCAL_MEM_SIZE),
            workGroupInfo(CL_KERNEL_PRIVATE_MEM_SIZE),
            OptionalLong.empty());
  }

  private int declaredParameters() {
    int[] count = new int[1];
    ClStatus.check(
        clGetKernelInfo(kernel, CL_KERNEL_NUM_ARGS, Sizeof.cl_uint, Pointer.to(count), null),
        "clGetKernelInfo",
        where());
    return count[0];
  }

  private OptionalLong workGroupInfo(int parameter) {
    long[] value = new long[1];
    int status =
        clGetKernelWorkGroupInfo(
            kernel, program.device().id(), parameter, Sizeof.cl_ulong, Pointer.to(value), null);
    return status == CL_SUCCESS ? OptionalLong.of(value[0]) : OptionalLong.empty();
  }

  @Override
  public KernelSpec spec() {
    return spec;
  }

  @Override
  public KernelResources resources() {
    return resources;
  }

  OpenClProgram program() {
    return program;
  }

  cl_kernel kernel() {
    return kernel;
  }

  String where() {
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
    if (config.sharedBytes() > 0 && !takesShared) {
      throw new LaunchException(
          "it declares no parameter for dynamic shared memory, got " + config.sharedBytes(),
          where(),
          "declare a last parameter of type __local char*");
    }
  }

  /** Sets all arguments; the caller holds this object's lock and the buffers. */
  void setArguments(LaunchConfig config, List<KernelArgument> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      KernelParam param = spec.params().get(i);
      switch (arguments.get(i)) {
        case KernelArgument.Buffer(DeviceBuffer buffer) ->
            set(i, Sizeof.cl_mem, Pointer.to(((OpenClBuffer) buffer).memory()));
        case KernelArgument.Scalar(Number value) -> {
          byte[] bytes = new byte[param.dtype().bytes()];
          MemorySegment segment = MemorySegment.ofArray(bytes);
          if (param.dtype().isFloat()) {
            Scalars.setFloat(param.dtype(), segment, 0, value.doubleValue());
          } else {
            Scalars.setInt(param.dtype(), segment, 0, value.longValue());
          }
          set(i, bytes.length, Pointer.to(bytes));
        }
      }
    }
    if (takesShared) {
      set(arguments.size(), Math.max(1, config.sharedBytes()), null);
    }
  }

  private void set(int index, long bytes, @Nullable Pointer value) {
    int status = clSetKernelArg(kernel, index, bytes, value);
    if (status != CL_SUCCESS) {
      throw new LaunchException(
          "argument " + index + " is refused with " + ClStatus.name(status),
          where(),
          "check that the kernel's source has the parameters that its description says");
    }
  }
}
