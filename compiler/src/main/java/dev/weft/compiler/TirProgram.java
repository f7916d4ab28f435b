package dev.weft.compiler;

import dev.weft.lowering.BufferUses;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A program under construction whose kernels are TensorIR functions as TVMScript. */
public final class TirProgram {
  private final Map<String, PrimFunc> functions = new LinkedHashMap<>();
  private final Map<PrimFunc, String> names = new IdentityHashMap<>();
  private final List<KernelSpec> specs = new ArrayList<>();

  /** Adds a kernel under a name, or one like it if the name is taken. */
  public void add(String wanted, PrimFunc kernel) {
    if (names.containsKey(kernel)) {
      return;
    }
    String name = wanted;
    for (int i = 1; functions.containsKey(name); i++) {
      name = wanted + "_" + i;
    }
    functions.put(name, kernel.withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(name)));
    names.put(kernel, name);
    specs.add(new KernelSpec(name, params(kernel)));
  }

  /** The program with what was added. */
  public GeneratedProgram generated() {
    return generated(List.of());
  }

  /** The program with what was added, and options for whoever loads it. */
  public GeneratedProgram generated(List<String> options) {
    String text = TvmScript.print(new IRModule(functions, Map.of()));
    return new GeneratedProgram(
        ProgramImage.ofText(ProgramFormat.TIR, text, specs, options), names);
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
