package dev.weft.compiler.interpreter;

import dev.weft.base.IntExpr;
import dev.weft.compiler.Backend;
import dev.weft.lowering.BufferUses;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.PassTrace;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Map<String, PrimFunc> functions = new LinkedHashMap<>();
    Map<PrimFunc, String> names = new IdentityHashMap<>();
    List<KernelSpec> specs = new ArrayList<>();
    for (KernelPlan plan : plans) {
      PrimFunc kernel = plan.launches().get(0).kernel();
      functions.put(plan.name(), kernel);
      names.put(kernel, plan.name());
      specs.add(new KernelSpec(plan.name(), params(kernel)));
    }
    String text = TvmScript.print(new IRModule(functions, Map.of()));
    return new GeneratedProgram(
        ProgramImage.ofText(ProgramFormat.TIR, text, specs, List.of()), names);
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
