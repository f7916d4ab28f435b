package dev.weft.compiler.interpreter;

import dev.weft.base.IntExpr;
import dev.weft.compiler.Backend;
import dev.weft.compiler.TirProgram;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.PassTrace;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Functions stay as they are: one launch of the whole function, whose program is TVMScript. */
public record InterpreterBackend() implements Backend {
  @Override
  public KernelPlan plan(String name, PrimFunc function, Target target, PassTrace trace) {
    PrimFunc kernel =
        ExplicitSizes.asParams(function).withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(name));
    trace.after(0, "interpreted", kernel, Duration.ZERO);
    List<LaunchArgument> arguments = new ArrayList<>();
    int buffers = 0;
    for (Var param : kernel.params()) {
      arguments.add(
          kernel.bufferMap().containsKey(param)
              ? new LaunchArgument.FunctionBuffer(buffers++)
              : new LaunchArgument.Size(IntExpr.symbol(param.name())));
    }
    IntExpr one = IntExpr.of(1);
    Launch launch = new Launch(kernel, arguments, LaunchGeometry.of(one, one));
    return new KernelPlan(name, function, List.of(launch), List.of());
  }

  @Override
  public GeneratedProgram generate(List<KernelPlan> plans, Target target) {
    TirProgram program = new TirProgram();
    for (KernelPlan plan : plans) {
      program.add(plan.name(), plan.launches().get(0).kernel());
    }
    return program.generated();
  }
}
