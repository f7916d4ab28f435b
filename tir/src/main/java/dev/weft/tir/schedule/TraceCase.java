package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.base.WeftException;
import dev.weft.tir.IRModule;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A module, a trace, and what must come of it: {@code before.py}, {@code trace.json} and {@code
 * expected.py}, or {@code error} where the trace's last instruction must be refused.
 *
 * @param before the module
 * @param trace what is done
 * @param expected what comes of it; null where the last instruction is refused
 */
public record TraceCase(IRModule before, Trace trace, @Nullable IRModule expected) {
  /**
   * What came of a case.
   *
   * @param passed whether it is what was expected
   * @param message what was different; empty if nothing was
   */
  public record Outcome(boolean passed, String message) {}

  /**
   * Reads the folder of a case.
   *
   * @throws InputException if a file is missing or not readable
   */
  public static TraceCase read(Path folder) {
    Path expected = folder.resolve("expected.py");
    return new TraceCase(
        TvmScript.parseModule(text(folder.resolve("before.py"))),
        TraceJson.read(text(folder.resolve("trace.json"))),
        Files.exists(expected) ? TvmScript.parseModule(text(expected)) : null);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InputException("can't be read: " + e.getMessage(), file.toString(), "", e);
    }
  }

  /** Replays the trace and compares. */
  public Outcome run() {
    Schedule schedule = Schedule.of(before);
    List<Instruction> steps = trace.instructions();
    int accepted = expected == null ? steps.size() - 1 : steps.size();
    try {
      schedule.replay(new Trace(steps.subList(0, accepted), trace.decisions()));
    } catch (WeftException e) {
      return new Outcome(false, "refused: " + e.getMessage());
    }
    return expected == null ? refused() : compared(schedule.module(), expected);
  }

  private Outcome refused() {
    Schedule schedule = Schedule.of(before);
    try {
      schedule.replay(trace);
    } catch (ScheduleException e) {
      return new Outcome(true, "");
    } catch (InputException e) {
      return new Outcome(false, "not understood: " + e.getMessage());
    }
    Instruction last = trace.instructions().getLast();
    return new Outcome(false, "accepted " + last.kind() + ", which must be refused");
  }

  private static Outcome compared(IRModule found, IRModule expected) {
    Analyzer analyzer = new Analyzer();
    StructuralEqual.Options options =
        StructuralEqual.Options.STRICT.upTo(analyzer::simplify).telling(analyzer::bind);
    Optional<Mismatch> mismatch = StructuralEqual.check(found, expected, options);
    return mismatch
        .map(difference -> new Outcome(false, "different: " + difference))
        .orElse(new Outcome(true, ""));
  }
}
