package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.base.WeftException;
import dev.weft.tir.IRModule;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.structural.Mismatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A module, a trace, and what must come of it: a module, or the refusal of the trace's last
 * instruction, where everything before it is accepted.
 *
 * <p>TVM, which cases are recorded with, accepts some steps that make the function compute
 * something else. Where such a step comes before the one that TVM refuses, the trace is refused
 * there already, and rightly so: the case has passed if the reason is {@link Refusal#WRONG_RESULT},
 * and its outcome says where it ended.
 *
 * @param before the module
 * @param trace what is done
 * @param expected what comes of it; null where the last instruction is refused
 * @param checked whether the schedule's legality checks are on
 * @param intrinsics the tensor intrinsics that the trace may name
 */
public record TraceCase(
    IRModule before,
    Trace trace,
    @Nullable IRModule expected,
    boolean checked,
    List<TensorIntrin> intrinsics) {
  /** Copies the list. */
  public TraceCase {
    intrinsics = List.copyOf(intrinsics);
  }

  /**
   * What came of a case.
   *
   * @param status in a word
   * @param message what was different, or that the trace was refused before its last step; empty if
   *     neither
   */
  public record Outcome(CaseStatus status, String message) {
    /** Whether it is what was expected. */
    public boolean passed() {
      return status == CaseStatus.PASS;
    }
  }

  /**
   * Reads the folder of a case; {@link CaseFolder} says what is in it.
   *
   * @throws InputException if a file is missing or not readable
   */
  public static TraceCase read(Path folder) {
    return new CaseFolder(folder).read();
  }

  /** The instruction that the case is about: the trace's last; null in an empty trace. */
  public @Nullable Instruction last() {
    return trace.instructions().isEmpty() ? null : trace.instructions().getLast();
  }

  /** Replays the trace and compares. */
  public Outcome run() {
    return run(false);
  }

  /**
   * Replays the trace and compares.
   *
   * @param verify whether to compare what the module computes before and after each step, too (not
   *     where the case leaves out legality checks)
   */
  public Outcome run(boolean verify) {
    try {
      return expected == null ? refused(verify) : compared(expected, verify);
    } catch (UnsupportedStepException e) {
      return new Outcome(CaseStatus.UNSUPPORTED, String.valueOf(e.getMessage()));
    } catch (WeftException e) {
      return new Outcome(CaseStatus.FAIL, "refused: " + e.getMessage());
    }
  }

  /** A fresh schedule of the module. */
  Schedule schedule() {
    return schedule(false);
  }

  private Schedule schedule(boolean verify) {
    if (!checked) {
      return Schedule.unchecked(before);
    }
    return verify ? Schedule.verifying(before, VerifyOptions.DEFAULT) : Schedule.of(before);
  }

  private ReplayOptions options() {
    return ReplayOptions.DEFAULT.with(intrinsics);
  }

  private Outcome refused(boolean verify) {
    List<Instruction> steps = trace.instructions();
    if (steps.isEmpty()) {
      return new Outcome(CaseStatus.ERROR, "the trace has no instruction that could be refused");
    }
    Schedule schedule = schedule(verify);
    try {
      schedule.replay(trace.first(steps.size() - 1), options());
    } catch (ScheduleException e) {
      if (e.kind() != Refusal.WRONG_RESULT) {
        throw e;
      }
      int done = schedule.trace().instructions().size();
      String message = "refused earlier, at step " + (done + 1) + ": " + e.getMessage();
      return new Outcome(CaseStatus.PASS, message);
    }
    try {
      schedule(verify).replay(trace, options());
    } catch (ScheduleException e) {
      return new Outcome(CaseStatus.PASS, "");
    }
    String kind = steps.getLast().kind();
    return new Outcome(CaseStatus.FAIL, "accepted " + kind + ", which must be refused");
  }

  private Outcome compared(IRModule wanted, boolean verify) {
    Schedule schedule = schedule(verify);
    schedule.replay(trace, options());
    Optional<Mismatch> mismatch = ModuleComparison.check(schedule.module(), wanted);
    return mismatch
        .map(difference -> new Outcome(CaseStatus.FAIL, "different: " + difference))
        .orElse(new Outcome(CaseStatus.PASS, ""));
  }
}
