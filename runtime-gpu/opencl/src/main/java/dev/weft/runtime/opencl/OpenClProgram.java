package dev.weft.runtime.opencl;

import static org.jocl.CL.*;

import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.KernelCompileException;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.ProgramImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** A built program and its kernels. */
final class OpenClProgram implements LoadedProgram {
  /** What the {@link KernelCache} holds of a program. */
  static final String CACHE_KIND = "opencl binary";

  private final OpenClDevice device;
  private final ProgramImage image;
  private final boolean fromCache;
  private final String buildLog;
  private final Map<String, OpenClKernel> kernels;
  private final NativeHandles.Handle handle;

  private OpenClProgram(
      OpenClDevice device,
      ProgramImage image,
      Built built,
      Map<KernelSpec, cl_kernel> created,
      Runnable release) {
    this.device = device;
    this.image = image;
    this.fromCache = built.fromCache();
    this.buildLog = built.log();
    this.handle = device.handles().register(this, "a program of " + device.info().name(), release);
    this.kernels = new LinkedHashMap<>();
    created.forEach(
        (spec, kernel) -> kernels.put(spec.name(), new OpenClKernel(this, spec, kernel)));
  }

  /** A program that the driver has built. */
  private record Built(cl_program program, boolean fromCache, String log) {}

  /**
   * Loads from the cache, else compiles.
   *
   * @param cache kept off for drivers that have a cache of their own
   */
  static OpenClProgram load(OpenClDevice device, ProgramImage image, KernelCache cache) {
    String key = KernelCache.key(image, device.info().identity(), CACHE_KIND);
    Built built =
        cache
            .get(key)
            .flatMap(binary -> fromBinary(device, image, binary))
            .orElseGet(() -> fromSource(device, image, cache, key));
    return withKernels(device, image, built);
  }

  private static Optional<Built> fromBinary(
      OpenClDevice device, ProgramImage image, byte[] binary) {
    int[] status = new int[1];
    int[] binaryStatus = new int[1];
    cl_program program =
        clCreateProgramWithBinary(
            device.context(),
            1,
            new cl_device_id[] {device.id()},
            new long[] {binary.length},
            new byte[][] {binary},
            binaryStatus,
            status);
    if (status[0] != CL_SUCCESS || binaryStatus[0] != CL_SUCCESS) {
      return Optional.empty();
    }
    if (build(device, image, program) != CL_SUCCESS) {
      clReleaseProgram(program);
      return Optional.empty();
    }
    return Optional.of(new Built(program, true, log(device, program)));
  }

  private static Built fromSource(
      OpenClDevice device, ProgramImage image, KernelCache cache, String key) {
    String source = image.text();
    int[] status = new int[1];
    cl_program program =
        clCreateProgramWithSource(device.context(), 1, new String[] {source}, null, status);
    ClStatus.check(status[0], "clCreateProgramWithSource", device.info().name());
    int built = build(device, image, program);
    String log = log(device, program);
    if (built != CL_SUCCESS) {
      clReleaseProgram(program);
      String summary = log.isBlank() ? ClStatus.name(built) : BuildLog.summary(log, source);
      throw new KernelCompileException(
          summary, BuildLog.annotated(log, source), device.info().name());
    }
    if (cache.isOn()) {
      binary(program).ifPresent(binary -> cache.put(key, binary));
    }
    return new Built(program, false, log);
  }

  private static int build(OpenClDevice device, ProgramImage image, cl_program program) {
    return clBuildProgram(
        program,
        1,
        new cl_device_id[] {device.id()},
        String.join(" ", image.options()),
        null,
        null);
  }

  private static String log(OpenClDevice device, cl_program program) {
    long[] size = new long[1];
    int status = clGetProgramBuildInfo(program, device.id(), CL_PROGRAM_BUILD_LOG, 0, null, size);
    if (status != CL_SUCCESS || size[0] == 0) {
      return "";
    }
    byte[] bytes = new byte[(int) size[0]];
    clGetProgramBuildInfo(
        program, device.id(), CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
    return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  private static Optional<byte[]> binary(cl_program program) {
    long[] size = new long[1];
    int status =
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
    if (status != CL_SUCCESS || size[0] <= 0 || size[0] > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    byte[] binary = new byte[(int) size[0]];
    status =
        clGetProgramInfo(
            program, CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
    return status == CL_SUCCESS ? Optional.of(binary) : Optional.empty();
  }

  private static OpenClProgram withKernels(OpenClDevice device, ProgramImage image, Built built) {
    Map<KernelSpec, cl_kernel> created = new LinkedHashMap<>();
    List<cl_kernel> natives = new ArrayList<>();
    cl_program program = built.program();
    Runnable release =
        () -> {
          natives.forEach(org.jocl.CL::clReleaseKernel);
          clReleaseProgram(program);
        };
    for (KernelSpec spec : image.kernels()) {
      int[] status = new int[1];
      cl_kernel kernel = clCreateKernel(program, spec.name(), status);
      if (status[0] != CL_SUCCESS) {
        release.run();
        throw new DeviceException(
            "the program has no kernel '" + spec.name() + "' (" + ClStatus.name(status[0]) + ")",
            device.info().name(),
            "check the kernel's name in the source");
      }
      natives.add(kernel);
      created.put(spec, kernel);
    }
    return new OpenClProgram(device, image, built, created, release);
  }

  OpenClDevice device() {
    return device;
  }

  NativeHandles.Handle.Use use() {
    return handle.use();
  }

  @Override
  public ProgramImage image() {
    return image;
  }

  @Override
  public DeviceKernel kernel(String name) {
    OpenClKernel kernel = kernels.get(image.kernel(name).name());
    if (kernel == null) {
      throw new IllegalStateException("every kernel of the image was created");
    }
    return kernel;
  }

  @Override
  public boolean fromCache() {
    return fromCache;
  }

  @Override
  public String buildLog() {
    return buildLog;
  }

  @Override
  public void close() {
    handle.close();
  }
}
