package dev.weft.codegen.jvm;

import dev.weft.lowering.BufferUses;
import dev.weft.lowering.DistinctKernels;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.Buffer;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes all kernels of a model as one Java class file with a static method each (Class-File API,
 * JEP 484). A kernel's method carries out a range of the blocks of its grid:
 *
 * <pre>
 * static void NAME(long from, long to, long gridX, long gridY, MemorySegment | int | … params)
 * </pre>
 *
 * Blocks are numbered x first, then y, then z.
 */
public final class JvmCodegen {
  /** The class that a program is; its package is the runtime's, whose functions it calls. */
  static final ClassDesc PROGRAM = ClassDesc.of(Frame.RUNTIME + ".Program");

  private JvmCodegen() {}

  /**
   * Writes the program. Kernels that are alike up to names are written once.
   *
   * @throws dev.weft.lowering.LoweringException if a kernel holds what a Java method can't do:
   *     vectors, warp operations, asynchronous copies, barriers in divergent flow
   */
  public static GeneratedProgram generate(List<KernelPlan> plans) {
    DistinctKernels distinct = DistinctKernels.of(plans, Set.of());
    List<KernelSpec> specs = new ArrayList<>();
    byte[] content =
        ClassFile.of()
            .build(
                PROGRAM,
                out -> {
                  out.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
                  distinct
                      .kernels()
                      .forEach(
                          (name, kernel) -> {
                            new KernelEmitter(out, PROGRAM, name, kernel).emit();
                            specs.add(new KernelSpec(name, params(kernel)));
                          });
                });
    ProgramImage image = new ProgramImage(ProgramFormat.JVM_CLASS, "", content, specs, List.of());
    return new GeneratedProgram(image, distinct.names());
  }

  private static List<KernelParam> params(PrimFunc kernel) {
    BufferUses uses = BufferUses.of(kernel.body());
    List<KernelParam> params = new ArrayList<>();
    for (Var param : kernel.params()) {
      Buffer buffer = kernel.bufferMap().get(param);
      params.add(
          buffer == null
              ? new KernelParam.Scalar(param.name(), param.dtype())
              : new KernelParam.Buffer(buffer.name(), buffer.dtype(), uses.access(buffer.data())));
    }
    return params;
  }
}
