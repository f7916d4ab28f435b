package dev.weft.tir.schedule.fuzz;

import dev.weft.tir.IRModule;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.UnsupportedStepException;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One random function and a random sequence of steps on it. */
final class Trial {
  private static final int ACCEPTED = 10;
  private static final int TRIED = 45;

  /** Replaying a trace takes about as long as making it. */
  private static final int REPLAYED_EVERY = 4;

  private static final VerifyOptions OPTIONS = VerifyOptions.DEFAULT.upTo(300_000);

  private Trial() {}

  /** Runs the trial of a seed; gives back what is wrong, if anything is. */
  static @Nullable Counterexample run(long seed, Acceptance acceptance) {
    SplittableRandom random = new SplittableRandom(mix(seed));
    IRModule module = program(seed, random);
    Schedule schedule = Schedule.verifying(module, OPTIONS);
    RandomStep steps = new RandomStep(schedule, "main", new Random(random.nextLong()));
    int accepted = 0;
    for (int tried = 0; tried < TRIED && accepted < ACCEPTED; tried++) {
      RandomStep.Step step = null;
      ScheduleState before = schedule.state();
      try {
        step = steps.next();
        if (step == null) {
          continue;
        }
        schedule.step(step.kind(), step.inputs(), step.attrs(), ReplayOptions.DEFAULT);
        acceptance.tried(step.kind());
        acceptance.accepted(step.kind());
        accepted++;
        if (schedule.isTainted()) {
          // What it and later steps do then is no defect of theirs.
          break;
        }
        Invariants.check(schedule);
      } catch (ScheduleException e) {
        if (step != null) {
          acceptance.tried(step.kind());
        }
        if (schedule.state() != before) {
          return found(seed, module, schedule, step, "refused, but the state has changed: " + e);
        }
      } catch (UnsupportedStepException e) {
        // Not drawn for this function.
      } catch (RuntimeException | StackOverflowError e) {
        return found(seed, module, schedule, step, Counterexample.describe(e));
      }
    }
    boolean replay = seed % REPLAYED_EVERY == 0 && !schedule.isTainted();
    return replay ? replayed(seed, module, schedule) : null;
  }

  private static IRModule program(long seed, SplittableRandom random) {
    try {
      return RandomPrograms.of(random);
    } catch (RuntimeException e) {
      throw new IllegalStateException("the generator fails at seed " + seed, e);
    }
  }

  /** Neighbouring seeds give unrelated trials (SplitMix64's finaliser). */
  private static long mix(long seed) {
    long x = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  private static Counterexample found(
      long seed,
      IRModule module,
      Schedule schedule,
      RandomStep.@Nullable Step step,
      String failure) {
    List<Instruction> instructions = new ArrayList<>(schedule.trace().instructions());
    boolean recorded = step != null && isLast(instructions, step);
    if (step != null && !recorded) {
      instructions.add(new Instruction(step.kind(), step.inputs(), step.attrs(), List.of()));
    }
    Trace trace = new Trace(instructions, schedule.trace().decisions());
    return new Counterexample(seed, module, trace, failure).minimised(OPTIONS);
  }

  private static boolean isLast(List<Instruction> instructions, RandomStep.Step step) {
    if (instructions.isEmpty()) {
      return false;
    }
    Instruction last = instructions.getLast();
    return last.kind().equals(step.kind())
        && last.inputs().equals(step.inputs())
        && last.attrs().equals(step.attrs());
  }

  /** The module through its text is the same; so is what comes of the trace through its text. */
  private static @Nullable Counterexample replayed(long seed, IRModule module, Schedule schedule) {
    String text = TraceJson.write(schedule.trace());
    String failure;
    try {
      Invariants.roundTrip(schedule.module());
      Schedule again = Schedule.of(module);
      again.replay(TraceJson.read(text));
      Optional<Mismatch> mismatch = StructuralEqual.check(again.module(), schedule.module());
      failure = mismatch.map(m -> "the replayed trace gives another module: " + m).orElse("");
    } catch (RuntimeException e) {
      failure = "at the end: " + Counterexample.describe(e);
    }
    return failure.isEmpty() ? null : new Counterexample(seed, module, schedule.trace(), failure);
  }
}
