package dev.weft.compiler;

import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.codegen.jvm.JvmCodegen;
import dev.weft.codegen.opencl.OpenClCodegen;
import dev.weft.compiler.interpreter.InterpreterBackend;
import dev.weft.compiler.simt.SimtBackend;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.PassTrace;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.List;

/** How functions become programs for one kind of target. */
public interface Backend {
  /**
   * Makes kernels of a function: schedules what nobody scheduled, and lowers it.
   *
   * @param name the function's name in the model
   * @param function scheduled or not
   */
  default KernelPlan plan(String name, PrimFunc function, Target target, PassTrace trace) {
    return Lowering.lower(DefaultSchedules.apply(function, target), target, trace);
  }

  /** Writes one program with all kernels. */
  GeneratedProgram generate(List<KernelPlan> plans, Target target);

  /**
   * The backend of a target.
   *
   * @throws CompileException if there is none
   */
  static Backend of(Target target) {
    return switch (target.kind()) {
      case INTERPRETER -> new InterpreterBackend();
      case OPENCL -> new OpenCl();
      case JVM -> new Jvm();
      case SIMT -> new SimtBackend();
      case CUDA -> new Cuda();
      case VULKAN, C ->
          throw new CompileException(
              "there is no code generator for this target yet",
              "target " + target,
              "use opencl, cuda:sm_80, jvm, simt or interpreter");
    };
  }

  /** OpenCL C. */
  record OpenCl() implements Backend {
    @Override
    public GeneratedProgram generate(List<KernelPlan> plans, Target target) {
      return OpenClCodegen.generate(plans, target);
    }
  }

  /** CUDA C. */
  record Cuda() implements Backend {
    @Override
    public GeneratedProgram generate(List<KernelPlan> plans, Target target) {
      return CudaCodegen.generate(plans, target);
    }
  }

  /** JVM bytecode. */
  record Jvm() implements Backend {
    @Override
    public GeneratedProgram generate(List<KernelPlan> plans, Target target) {
      return JvmCodegen.generate(plans);
    }
  }
}
