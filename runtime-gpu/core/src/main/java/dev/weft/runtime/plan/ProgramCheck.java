package dev.weft.runtime.plan;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks a plan's launches against the kernels of a program. */
final class ProgramCheck {
  private final Map<String, KernelSpec> kernels = new HashMap<>();

  /** Names are defined once a path; a name in two arms has one dtype in both. */
  private final Map<String, DType> dtypes = new HashMap<>();

  private ProgramCheck(ProgramImage program) {
    program.kernels().forEach(kernel -> kernels.put(kernel.name(), kernel));
  }

  static void check(LaunchPlan plan, ProgramImage program) {
    ProgramCheck check = new ProgramCheck(program);
    plan.inputs().forEach(check::define);
    plan.constants().forEach(check::define);
    check.block(plan.body());
  }

  private void define(TensorSpec tensor) {
    dtypes.put(tensor.name(), tensor.dtype());
  }

  private void block(List<Instruction> body) {
    for (Instruction instruction : body) {
      switch (instruction) {
        case Instruction.Allocate(TensorSpec tensor, Storage storage) -> define(tensor);
        case Instruction.Launch launch -> launch(launch);
        case Instruction.Copy copy -> {}
        case Instruction.Check check -> {}
        case Instruction.Alias(String buffer, String source, Shape shape) ->
            dtypes.put(buffer, dtype(source));
        case Instruction.BeginStack begin -> {}
        case Instruction.Push push -> {}
        case Instruction.EndStack(String stack, TensorSpec result) -> define(result);
        case Instruction.ShapeCompute compute -> {}
        case Instruction.Branch branch -> {
          block(branch.then());
          block(branch.otherwise());
        }
        case Instruction.Loop loop -> {
          for (Carried carried : loop.carried()) {
            if (carried instanceof Carried.Buffer(String name, String initial, String next)) {
              dtypes.put(name, dtype(initial));
            }
          }
          block(loop.body());
        }
        case Instruction.ExternalCall call -> call.outputs().forEach(this::define);
        case Instruction.Free free -> {}
      }
    }
  }

  private DType dtype(String buffer) {
    DType dtype = dtypes.get(buffer);
    if (dtype == null) {
      throw new IllegalStateException("the plan was checked, so " + buffer + " is defined");
    }
    return dtype;
  }

  private void launch(Instruction.Launch launch) {
    String where = "launch of '" + launch.kernel() + "'";
    KernelSpec kernel = kernels.get(launch.kernel());
    if (kernel == null) {
      throw new PlanException("the program has no such kernel, only " + kernels.keySet(), where);
    }
    List<KernelParam> params = kernel.params();
    if (params.size() != launch.arguments().size()) {
      throw new PlanException(
          "the kernel takes " + params.size() + " arguments, got " + launch.arguments().size(),
          where);
    }
    for (int i = 0; i < params.size(); i++) {
      argument(params.get(i), launch.arguments().get(i), where);
    }
  }

  private void argument(KernelParam param, PlanArgument argument, String where) {
    boolean fits =
        switch (argument) {
          case PlanArgument.Buffer(String name) ->
              param instanceof KernelParam.Buffer && mayRead(param.dtype(), dtype(name));
          case PlanArgument.Size size -> param instanceof KernelParam.Scalar;
          case PlanArgument.Real real ->
              param instanceof KernelParam.Scalar && param.dtype().isFloat();
        };
    if (!fits) {
      String got =
          argument instanceof PlanArgument.Buffer(String name)
              ? "the buffer '" + name + "' of " + dtype(name)
              : "the number " + argument;
      throw new PlanException("the parameter " + param + " is given " + got, where);
    }
  }

  /**
   * Whether a kernel's parameter fits a buffer: of the same type, of the type in which kernels see
   * it, or, where the device lacks the type, an unsigned integer of the same width.
   */
  private static boolean mayRead(DType param, DType buffer) {
    return buffer.equals(param)
        || buffer.stored().equals(param)
        || buffer.equals(DType.UINT8)
        || (param.code() == DType.Code.UINT && param.bytes() == buffer.bytes());
  }
}
