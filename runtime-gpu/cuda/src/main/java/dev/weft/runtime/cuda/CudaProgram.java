package dev.weft.runtime.cuda;

import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

/** A module. Source is compiled first, for the device's own architecture. */
final class CudaProgram implements LoadedProgram {
  private final CudaDevice device;
  private final ProgramImage image;
  private final Binary binary;
  private final NativeHandles.Handle handle;
  private final Map<String, CudaKernel> kernels = new LinkedHashMap<>();

  /** What the driver gets. */
  @SuppressWarnings("ArrayRecordComponent") // Internal; never compared.
  private record Binary(byte[] content, boolean fromCache, String log) {}

  private CudaProgram(CudaDevice device, ProgramImage image, Binary binary, CUmodule module) {
    this.device = device;
    this.image = image;
    this.binary = binary;
    this.handle =
        device
            .handles()
            .register(
                this,
                "a program of " + device.info().name(),
                () -> device.enterUnchecked().unloadModule(module));
  }

  static CudaProgram load(CudaDevice device, ProgramImage image, KernelCache cache) {
    Binary binary = binary(device, image, cache);
    CudaDriver driver = device.enter();
    String where = device.info().name();
    CUmodule module = new CUmodule();
    CudaStatus.check(driver.loadModule(module, binary.content), "cuModuleLoadData", where);
    CudaProgram program = new CudaProgram(device, image, binary, module);
    boolean done = false;
    try {
      for (KernelSpec spec : image.kernels()) {
        CUfunction function = new CUfunction();
        int status = driver.function(function, module, spec.name());
        if (status != CudaStatus.SUCCESS) {
          throw new DeviceException(
              "the program has no kernel '" + spec.name() + "' (" + CudaStatus.name(status) + ")",
              where,
              "check the kernel's name in the source, which must be extern \"C\"");
        }
        program.kernels.put(spec.name(), new CudaKernel(program, spec, function));
      }
      done = true;
      return program;
    } finally {
      if (!done) {
        program.close();
      }
    }
  }

  private static Binary binary(CudaDevice device, ProgramImage image, KernelCache cache) {
    return switch (image.format()) {
      case CUBIN -> new Binary(image.content(), false, "");
      // The driver reads it as a string.
      case PTX -> new Binary(Arrays.copyOf(image.content(), image.content().length + 1), false, "");
      case CUDA_C -> compiled(device, image, cache);
      case OPENCL_C, SPIRV, JVM_CLASS, TIR ->
          throw new DeviceException(
              "it can't load " + image.format(), device.info().name(), "compile it for cuda");
    };
  }

  private static Binary compiled(CudaDevice device, ProgramImage image, KernelCache cache) {
    ProgramImage own =
        new ProgramImage(
            image.format(),
            device.architecture(),
            image.content(),
            image.kernels(),
            image.options());
    String key = KernelCache.key(own, device.info().identity(), "cubin");
    Optional<byte[]> cached = cache.get(key);
    if (cached.isPresent()) {
      return new Binary(cached.get(), true, "");
    }
    CompiledProgram compiled = new CudaCompiler().compile(own, ProgramFormat.CUBIN);
    byte[] content = compiled.image().content();
    cache.put(key, content);
    return new Binary(content, false, compiled.log());
  }

  CudaDevice device() {
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
    CudaKernel kernel = kernels.get(image.kernel(name).name());
    if (kernel == null) {
      throw new IllegalStateException("every kernel of the image was found");
    }
    return kernel;
  }

  @Override
  public boolean fromCache() {
    return binary.fromCache;
  }

  @Override
  public String buildLog() {
    return binary.log;
  }

  @Override
  public void close() {
    handle.close();
  }
}
