package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.runtime.ProgramFormat;
import dev.weft.tir.target.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code --emit} can write. */
enum EmitKind {
  /** TensorIR as TVMScript. */
  TIR(null),
  OPENCL(ProgramFormat.OPENCL_C),
  CUDA(ProgramFormat.CUDA_C),
  PTX(ProgramFormat.PTX),
  CUBIN(ProgramFormat.CUBIN),
  SPIRV(ProgramFormat.SPIRV),
  SPIRV_ASM(ProgramFormat.SPIRV);

  private final @Nullable ProgramFormat format;

  EmitKind(@Nullable ProgramFormat format) {
    this.format = format;
  }

  /** The name on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The format of the program that has it; null for none. */
  @Nullable ProgramFormat format() {
    return format;
  }

  static @Nullable EmitKind byName(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.text().equals(name))
        .findFirst()
        .orElse(null);
  }

  static String names() {
    return Arrays.stream(values()).map(EmitKind::text).collect(Collectors.joining(", "));
  }

  /** A format's name for people. */
  static String text(ProgramFormat format) {
    return switch (format) {
      case OPENCL_C -> "OpenCL C";
      case CUDA_C -> "CUDA C";
      case PTX -> "PTX";
      case CUBIN -> "cubin";
      case SPIRV -> "SPIR-V";
      case JVM_CLASS -> "JVM bytecode";
      case TIR -> "TVMScript";
    };
  }

  /**
   * Refuses what none of the targets gives.
   *
   * @throws InputException saying which target does
   */
  void check(List<Target> targets) {
    Target.Kind needed =
        switch (this) {
          case TIR -> null;
          case OPENCL -> Target.Kind.OPENCL;
          case CUDA, PTX, CUBIN -> Target.Kind.CUDA;
          case SPIRV, SPIRV_ASM -> Target.Kind.VULKAN;
        };
    if (needed != null && targets.stream().noneMatch(target -> target.kind() == needed)) {
      throw new InputException(
          "no target of " + targets + " gives " + text(),
          "--emit " + text(),
          "add --target " + needed.text());
    }
  }
}
