package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceException;
import dev.weft.runtime.ProgramFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;

/** NVIDIA's compiler as a library, in this process. */
final class Nvrtc implements CudaToolchain {
  private final String name;
  private final Set<Integer> architectures;

  private Nvrtc(String name, Set<Integer> architectures) {
    this.name = name;
    this.architectures = Set.copyOf(architectures);
  }

  /** Loads the library; empty if there is none, see {@link NvrtcLibrary#whyMissing}. */
  static Optional<Nvrtc> open() {
    return NvrtcLibrary.load().map(Nvrtc::bound);
  }

  private static Nvrtc bound(String folder) {
    JNvrtc.setExceptionsEnabled(false);
    int[] major = new int[1];
    int[] minor = new int[1];
    check(JNvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
    int[] count = new int[1];
    check(JNvrtc.nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    int[] numbers = new int[count[0]];
    check(JNvrtc.nvrtcGetSupportedArchs(numbers), "nvrtcGetSupportedArchs");
    Set<Integer> architectures = new TreeSet<>();
    for (int number : numbers) {
      architectures.add(number);
    }
    return new Nvrtc("NVRTC " + major[0] + "." + minor[0] + " of " + folder, architectures);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Integer> architectures() {
    return architectures;
  }

  @Override
  public Output compile(
      String source, String architecture, ProgramFormat to, List<String> options) {
    boolean ptx = to == ProgramFormat.PTX;
    List<String> all = new ArrayList<>(options);
    all.add("--gpu-architecture=" + (ptx ? architecture.replace("sm_", "compute_") : architecture));
    if (!ptx) {
      all.add("--ptxas-options=-v");
    }
    nvrtcProgram program = new nvrtcProgram();
    check(
        JNvrtc.nvrtcCreateProgram(program, source, CudaLog.FILE, 0, null, null),
        "nvrtcCreateProgram");
    try {
      int status = JNvrtc.nvrtcCompileProgram(program, all.size(), all.toArray(String[]::new));
      String log = log(program);
      if (status == nvrtcResult.NVRTC_ERROR_COMPILATION) {
        return new Output(Optional.empty(), log);
      }
      check(status, "nvrtcCompileProgram " + all + (log.isEmpty() ? "" : ": " + log));
      return new Output(Optional.of(ptx ? ptx(program) : cubin(program)), log);
    } finally {
      JNvrtc.nvrtcDestroyProgram(program);
    }
  }

  private static byte[] ptx(nvrtcProgram program) {
    String[] text = new String[1];
    check(JNvrtc.nvrtcGetPTX(program, text), "nvrtcGetPTX");
    return text[0].getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] cubin(nvrtcProgram program) {
    long[] size = new long[1];
    check(JNvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
    byte[] bytes = new byte[Math.toIntExact(size[0])];
    check(JNvrtc.nvrtcGetCUBIN(program, bytes), "nvrtcGetCUBIN");
    return bytes;
  }

  private static String log(nvrtcProgram program) {
    String[] text = new String[1];
    int status = JNvrtc.nvrtcGetProgramLog(program, text);
    return status == nvrtcResult.NVRTC_SUCCESS && text[0] != null
        ? text[0].replace("\0", "").strip()
        : "";
  }

  private static void check(int status, String call) {
    if (status != nvrtcResult.NVRTC_SUCCESS) {
      throw new DeviceException(
          call + " fails with " + nvrtcResult.stringFor(status),
          CudaCompiler.NAME,
          "check the installation: " + CudaCompiler.REMEDY);
    }
  }
}
