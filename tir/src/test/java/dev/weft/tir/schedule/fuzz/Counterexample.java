package dev.weft.tir.schedule.fuzz;

import dev.weft.base.InputException;
import dev.weft.base.WeftException;
import dev.weft.tir.IRModule;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A module and a trace whose last step goes wrong.
 *
 * @param seed of the trial that found it
 * @param module before the trace
 * @param trace what was done, the last step included
 * @param failure what is wrong
 */
record Counterexample(long seed, IRModule module, Trace trace, String failure) {
  /** An exception in words, and where it comes from if it is a crash. */
  static String describe(Throwable e) {
    if (e instanceof WeftException || e instanceof Invariants.BrokenException) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
    StringBuilder text = new StringBuilder(e.toString());
    StackTraceElement[] frames = e.getStackTrace();
    for (int i = 0; i < Math.min(8, frames.length); i++) {
      text.append("\n    at ").append(frames[i]);
    }
    return text.toString();
  }

  /** Leaves out every instruction without which a step still goes wrong. */
  Counterexample minimised(VerifyOptions options) {
    Counterexample best = this;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = best.trace.instructions().size() - 1; i >= 0; i--) {
        List<Instruction> fewer = new ArrayList<>(best.trace.instructions());
        if (i >= fewer.size()) {
          continue;
        }
        fewer.remove(i);
        Counterexample smaller = retried(fewer, options);
        if (smaller != null
            && smaller.trace.instructions().size() < best.trace.instructions().size()) {
          best = smaller;
          changed = true;
        }
      }
    }
    return best;
  }

  /** Carries out what can be of some instructions; what goes wrong on the way, if anything does. */
  private @Nullable Counterexample retried(List<Instruction> steps, VerifyOptions options) {
    Schedule schedule = Schedule.verifying(module, options);
    Map<String, TraceValue> renamed = new HashMap<>();
    for (Instruction step : steps) {
      List<TraceValue> inputs = new ArrayList<>();
      for (TraceValue input : step.inputs()) {
        inputs.add(renamed(input, renamed));
      }
      try {
        List<String> outputs =
            schedule.step(step.kind(), inputs, step.attrs(), ReplayOptions.DEFAULT);
        for (int i = 0; i < Math.min(outputs.size(), step.outputs().size()); i++) {
          renamed.put(step.outputs().get(i), new TraceValue.Ref(outputs.get(i)));
        }
        if (schedule.isTainted()) {
          return null;
        }
        Invariants.check(schedule);
        Invariants.roundTrip(schedule.module());
      } catch (ScheduleException | InputException e) {
        // Refused without what was left out before it: left out too.
      } catch (RuntimeException | StackOverflowError e) {
        List<Instruction> done = new ArrayList<>(schedule.trace().instructions());
        if (!(e instanceof Invariants.BrokenException)) {
          done.add(new Instruction(step.kind(), inputs, step.attrs(), List.of()));
        }
        return new Counterexample(seed, module, new Trace(done, Map.of()), describe(e));
      }
    }
    return null;
  }

  private static TraceValue renamed(TraceValue value, Map<String, TraceValue> names) {
    return switch (value) {
      case TraceValue.Ref(String name) -> names.getOrDefault(name, new TraceValue.Ref("gone"));
      case TraceValue.Items(List<TraceValue> items) ->
          new TraceValue.Items(items.stream().map(item -> renamed(item, names)).toList());
      case TraceValue.Int _,
          TraceValue.Real _,
          TraceValue.Text _,
          TraceValue.None _,
          TraceValue.Entries _,
          TraceValue.Indices _ ->
          value;
    };
  }

  /** Everything that somebody needs who mends it. */
  String report() {
    return "seed "
        + seed
        + ": "
        + failure
        + "\n\n"
        + TvmScript.print(module)
        + "\n"
        + TraceJson.write(trace)
        + "\n"
        + lastAccepted();
  }

  private String lastAccepted() {
    Schedule schedule = Schedule.of(module);
    List<Instruction> steps = trace.instructions();
    String before = "";
    try {
      for (Instruction step : steps) {
        before = TvmScript.print(schedule.module());
        schedule.step(step.kind(), step.inputs(), step.attrs(), ReplayOptions.DEFAULT);
      }
    } catch (RuntimeException e) {
      return "before the last step:\n" + before;
    }
    return "before the last step:\n" + before + "\nafter:\n" + TvmScript.print(schedule.module());
  }
}
