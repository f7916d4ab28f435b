package dev.weft.runtime.cuda;

import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.KernelCompileException;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramCompiler;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CUDA C to PTX or a cubin for any architecture that the compiler knows: NVRTC where it is found,
 * else an installed nvcc. See {@link NvrtcLibrary} for the places.
 */
public final class CudaCompiler implements ProgramCompiler {
  /** The name of the backend. */
  public static final String NAME = "cuda";

  static final String REMEDY =
      "put org.bytedeco:cuda-redist (classifier linux-x86_64) on the class path, or set "
          + NvrtcLibrary.ENVIRONMENT
          + " to a folder with libnvrtc.so.12, or install CUDA 12 or newer";

  /** For {@link java.util.ServiceLoader}. */
  public CudaCompiler() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean accepts(ProgramImage image, ProgramFormat to) {
    return image.format() == ProgramFormat.CUDA_C
        && Set.of(ProgramFormat.PTX, ProgramFormat.CUBIN).contains(to);
  }

  @Override
  public Optional<DeviceProbe.Missing> missing() {
    return CudaToolchain.find().isPresent()
        ? Optional.empty()
        : Optional.of(
            new DeviceProbe.Missing(
                "there is neither NVRTC (" + NvrtcLibrary.whyMissing() + ") nor nvcc", REMEDY));
  }

  @Override
  public CompiledProgram compile(ProgramImage image, ProgramFormat to) {
    CudaToolchain toolchain =
        CudaToolchain.find()
            .orElseThrow(
                () ->
                    new DeviceException(
                        "there is no CUDA compiler", NAME + ":" + image.architecture(), REMEDY));
    return compile(toolchain, image, to);
  }

  static CompiledProgram compile(CudaToolchain toolchain, ProgramImage image, ProgramFormat to) {
    String where = NAME + ":" + image.architecture();
    if (!image.architecture().matches("sm_\\d{2,3}[af]?")) {
      throw new DeviceException(
          "the program is for no architecture ('" + image.architecture() + "')",
          NAME,
          "generate it for a target like cuda:sm_80");
    }
    if (!toolchain.architectures().isEmpty()
        && !toolchain.architectures().contains(number(image.architecture()))) {
      throw new DeviceException(
          toolchain.name() + " does not know " + image.architecture(),
          where,
          "it knows sm_" + toolchain.architectures() + "; use another CUDA version for others");
    }
    String source = image.text();
    CudaToolchain.Output output =
        toolchain.compile(source, image.architecture(), to, image.options());
    if (output.binary().isEmpty()) {
      throw new KernelCompileException(
          CudaLog.summary(output.log(), source), CudaLog.annotated(output.log(), source), where);
    }
    ProgramImage compiled =
        new ProgramImage(
            to, image.architecture(), output.binary().get(), image.kernels(), image.options());
    Map<String, KernelResources> told = PtxasReport.read(output.log());
    Map<String, KernelResources> resources = new LinkedHashMap<>();
    for (KernelSpec kernel : image.kernels()) {
      resources.put(kernel.name(), told.getOrDefault(kernel.name(), KernelResources.UNKNOWN));
    }
    return new CompiledProgram(compiled, toolchain.name(), output.log(), resources);
  }

  /** The number of an architecture: 90 for {@code sm_90a}. */
  static int number(String architecture) {
    return Integer.parseInt(architecture.replaceAll("\\D", ""));
  }
}
