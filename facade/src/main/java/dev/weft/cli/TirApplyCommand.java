package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.InputException;
import dev.weft.lowering.intrin.CudaIntrins;
import dev.weft.tir.IRModule;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.script.Dialect;
import dev.weft.tir.script.PrintOptions;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft tir apply}. */
@Command(
    name = "apply",
    description = "Applies a trace to a module and prints the result.",
    footer = {"", "Example:", "  weft tir apply function.py --trace trace.json"})
final class TirApplyCommand extends Action {
  @Parameters(index = "0", paramLabel = "FILE", description = "A Python file of TVMScript.")
  private Path file = Path.of("");

  @Option(
      names = "--trace",
      required = true,
      paramLabel = "TRACE.json",
      description = "What is done, in the form that TVM 0.18 writes.")
  private Path trace = Path.of("");

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      defaultValue = "block",
      description = "block (T.block) or sblock (T.sblock); default ${DEFAULT-VALUE}.")
  private Dialect dialect = Dialect.BLOCK;

  @Option(
      names = "--verify",
      description = {
        "Runs the module before and after each step, on small inputs, and fails where the results",
        "differ. Steps that can't be checked that way are named behind the result."
      })
  private boolean verify;

  TirApplyCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    IRModule module = ScriptFile.read(file);
    Schedule schedule =
        verify ? Schedule.verifying(module, VerifyOptions.DEFAULT) : Schedule.of(module);
    Trace steps = readTrace();
    if (!replayed(schedule, steps)) {
      return false;
    }
    IRModule result = schedule.module();
    String text = TvmScript.print(result, PrintOptions.DEFAULT.in(dialect));
    console().print(text.stripTrailing());
    for (String step : schedule.unverified()) {
      console().print("# not verified: " + step);
    }
    figures.put("instructions", steps.instructions().size()).put("script", text);
    if (verify) {
      schedule.unverified().forEach(figures.putArray("unverified")::add);
    }
    return true;
  }

  /** Whether nothing was refused; prints the place and the reason if something was. */
  private boolean replayed(Schedule schedule, Trace steps) {
    try {
      schedule.replay(steps, options(steps));
      return true;
    } catch (ScheduleException e) {
      console().print(e.render().stripTrailing());
      int refused = schedule.trace().instructions().size();
      console().fail("instruction " + refused + " of the trace is refused: " + e.getMessage());
      return false;
    }
  }

  /** The tensor intrinsics of NVIDIA GPUs are known by name, as in TVM. */
  private static ReplayOptions options(Trace steps) {
    boolean names = steps.instructions().stream().anyMatch(step -> step.kind().equals("Tensorize"));
    ReplayOptions known = ReplayOptions.DEFAULT;
    return names
        ? new ReplayOptions(CudaIntrins.ALL, known.decisions(), known.postprocessing())
        : known;
  }

  private Trace readTrace() {
    try {
      return TraceJson.read(Files.readString(trace));
    } catch (IOException e) {
      throw new InputException(
          "the trace can't be read: " + Failures.describe(e),
          trace.toString(),
          "check the path",
          e);
    }
  }
}
