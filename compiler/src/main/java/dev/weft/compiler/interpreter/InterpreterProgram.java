package dev.weft.compiler.interpreter;

import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.HostProgram;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.interp.Pointer;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A module of TensorIR functions; a launch, whatever its geometry, runs a function once. */
final class InterpreterProgram implements HostProgram {
  private final Interpreter interpreter;

  private InterpreterProgram(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  static HostProgram load(ProgramImage image) {
    return new InterpreterProgram(Interpreter.of(TvmScript.parseModule(image.text())));
  }

  @Override
  public Map<String, Long> launch(
      KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments) {
    List<Object> args = new ArrayList<>();
    for (HostArgument argument : arguments) {
      args.add(
          switch (argument) {
            case HostArgument.Memory memory -> Pointer.of(memory.dtype(), memory.segment());
            case HostArgument.Scalar(var dtype, var value) -> value;
          });
    }
    interpreter.run(kernel.name(), args);
    return Map.of();
  }
}
