package dev.weft.tir.schedule.verify;

import dev.weft.base.Tensor;
import dev.weft.base.WeftException;
import dev.weft.tir.IRModule;
import dev.weft.tir.IndexMap;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a module's functions compute before and after each step of a schedule.
 *
 * <p>A function is run by the interpreter on whole numbers drawn once; where sizes are symbolic,
 * once for each of three choices of small sizes. Its parameters must afterwards be what they were
 * before the first step: bit for bit, to rounding ({@link dev.weft.base.Tolerance}) in
 * floating-point ones. Parallel, vectorised and thread-bound loops, whose order must not matter,
 * are also run backwards.
 *
 * <p>What this can't see: a change for other inputs or sizes; lost rounding; which values end up in
 * buffers that callers don't see; races that neither order shows. A function with static shapes is
 * run as large as it is; above {@link VerifyOptions#workLimit} it isn't run at all, and neither is
 * one that the interpreter can't run (a call of an unknown external function, an intrinsic that has
 * a meaning on a device only, indices read from a buffer that small numbers don't fit). Steps that
 * are allowed to change results ({@code unsafeSetDtype}, {@code split} without its predicate, those
 * that taint the schedule) are taken as they come. {@link #unverified} has a line for each step
 * that was not checked.
 *
 * <p>Not to be shared between threads.
 */
public final class StepVerifier {
  private static final Set<String> MAY_CHANGE_RESULTS = Set.of("UnsafeSetDType");

  private final VerifyOptions options;
  private final Map<String, Baseline> baselines = new HashMap<>();
  private final List<String> unverified = new ArrayList<>();
  private int steps;

  /** Compares what functions compute; the first check runs the module as it was before. */
  public StepVerifier(VerifyOptions options) {
    this.options = options;
  }

  private StepVerifier(StepVerifier other) {
    this(other.options);
    baselines.putAll(other.baselines);
    unverified.addAll(other.unverified);
    steps = other.steps;
  }

  /** An independent verifier that knows the same. */
  public StepVerifier copy() {
    return new StepVerifier(this);
  }

  /** The steps that were accepted without a check, and why, in order. */
  public List<String> unverified() {
    return List.copyOf(unverified);
  }

  /**
   * What a function should compute.
   *
   * @param runs one for each choice of sizes; empty if the function can't be run
   * @param reason why it can't be run; empty if it can
   * @param anyOrder whether loops may be run backwards
   */
  private record Baseline(List<Run> runs, String reason, boolean anyOrder) {}

  /**
   * Checks one step.
   *
   * @throws VerificationException if the module computes something else after it
   */
  public void check(Instruction step, IRModule before, IRModule after) {
    check(step, before, after, false);
  }

  /**
   * Checks one step.
   *
   * @param tainting whether the step taints the schedule, so that it may change results
   * @throws VerificationException if the module computes something else after it and may not
   */
  public void check(Instruction step, IRModule before, IRModule after, boolean tainting) {
    steps++;
    for (Map.Entry<String, PrimFunc> entry : after.functions().entrySet()) {
      String name = entry.getKey();
      if (entry.getValue().body() instanceof Stmt.BlockRealize) {
        check(step, name, before, after, tainting);
      }
    }
  }

  private void check(
      Instruction step, String name, IRModule before, IRModule after, boolean tainting) {
    Baseline baseline = baselines.get(name);
    if (baseline == null) {
      baseline = baseline(before, name);
      baselines.put(name, baseline);
    }
    String reason = baseline.reason;
    if (reason.isEmpty() && (tainting || mayChangeResults(step))) {
      baselines.put(name, baseline(after, name));
      reason = "it is allowed to change results";
    } else if (reason.isEmpty()) {
      reason = compare(step, name, baseline, before, after);
    }
    if (!reason.isEmpty()) {
      unverified.add("step " + steps + ", " + step.kind() + " in '" + name + "': " + reason);
    }
  }

  private static boolean mayChangeResults(Instruction step) {
    boolean withoutPredicate =
        step.kind().equals("Split")
            && step.attrs().size() > 1
            && step.attrs().get(1) instanceof TraceValue.Int(long flag)
            && flag != 0;
    return withoutPredicate || MAY_CHANGE_RESULTS.contains(step.kind());
  }

  private Baseline baseline(IRModule module, String name) {
    PrimFunc function = module.get(name);
    String reason = "a parameter is neither a buffer of known shape nor a number";
    for (Sample.Values values : Sample.Values.values()) {
      List<Sample> samples = Sample.of(function, values, options.sizes());
      if (samples == null) {
        continue;
      }
      List<Run> runs = new ArrayList<>();
      for (Sample sample : samples) {
        if (WorkEstimate.of(function, sample.sizes()) > options.workLimit()) {
          reason = "it is too much work to run";
          continue;
        }
        try {
          runs.add(Run.of(module, name, sample));
        } catch (WeftException e) {
          reason = "it can't be run: " + e.what();
        }
      }
      if (!runs.isEmpty()) {
        return new Baseline(runs, "", isSameBackwards(module, name, runs));
      }
    }
    return new Baseline(List.of(), reason, false);
  }

  private static boolean isSameBackwards(IRModule module, String name, List<Run> runs) {
    PrimFunc function = module.get(name);
    IRModule backwards = backwards(module, name);
    try {
      for (Run run : runs) {
        if (backwards != module) {
          Run other = Run.of(backwards, name, run.sample());
          if (other.differenceTo(run, function, terms(function, run)) != null) {
            return false;
          }
        }
      }
    } catch (WeftException e) {
      return false;
    }
    return true;
  }

  private static IRModule backwards(IRModule module, String name) {
    PrimFunc function = module.get(name);
    Stmt body = LoopOrder.reversed(function.body());
    return body == function.body() ? module : module.with(name, function.withBody(body));
  }

  /** Runs the function after a step; gives back why it could not be checked, or nothing. */
  private String compare(
      Instruction step, String name, Baseline old, IRModule before, IRModule after) {
    PrimFunc function = after.get(name);
    Baseline baseline = old;
    if (ParameterLayout.isChanged(before.get(name), function)) {
      IndexMap map = ParameterLayout.of(step);
      baseline = map == null ? old : moved(old, before.get(name), function, map);
      if (baseline == null) {
        baselines.put(name, baseline(after, name));
        return "it pads the layout of a parameter";
      }
      baselines.put(name, baseline);
    }
    IRModule backwards = baseline.anyOrder ? backwards(after, name) : after;
    String skipped = "";
    for (Run expected : baseline.runs) {
      if (WorkEstimate.of(function, expected.sample().sizes()) > options.workLimit()) {
        skipped = "it is too much work to run";
        continue;
      }
      compare(step, name, expected, before, after, "");
      if (backwards != after) {
        compare(step, name, expected, before, backwards, " when parallel loops run backwards");
      }
    }
    return skipped;
  }

  private static @Nullable Baseline moved(
      Baseline old, PrimFunc before, PrimFunc after, IndexMap map) {
    List<Run> runs = new ArrayList<>();
    for (Run run : old.runs) {
      Run moved = ParameterLayout.moved(run, before, after, map);
      if (moved == null) {
        return null;
      }
      runs.add(moved);
    }
    return new Baseline(runs, "", old.anyOrder);
  }

  private static void compare(
      Instruction step, String name, Run expected, IRModule before, IRModule after, String when) {
    PrimFunc function = after.get(name);
    String difference;
    try {
      Run found = Run.of(after, name, expected.sample());
      difference = found.differenceTo(expected, function, terms(function, expected));
    } catch (WeftException e) {
      throw new VerificationException(
          step, e.getMessage() + when, name, before.get(name), function, e);
    }
    if (difference != null) {
      throw new VerificationException(
          step, difference + when, name, before.get(name), function, null);
    }
  }

  /** No element is a longer sum than the statements that there are for each element. */
  private static long terms(PrimFunc function, Run run) {
    double smallest = Double.MAX_VALUE;
    for (Object result : run.results()) {
      if (result instanceof Tensor tensor && tensor.elements() > 0) {
        smallest = Math.min(smallest, (double) tensor.elements());
      }
    }
    return Math.max(1, (long) (WorkEstimate.of(function, run.sample().sizes()) / smallest));
  }
}
