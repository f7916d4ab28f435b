package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.InputException;
import dev.weft.base.WeftException;
import dev.weft.compiler.Backend;
import dev.weft.compiler.CompiledFunction;
import dev.weft.compiler.DeviceTargets;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.PassTrace;
import dev.weft.runtime.Device;
import dev.weft.runtime.LoadedProgram;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.InterpreterException;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.fuzz.RandomSchedule;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random functions, scheduled and bound to threads at random, lowered, and run on devices: they
 * compute what the reference interpreter makes of the function as it was. 2,000 of them on each
 * device, or {@code -Dweft.fuzz.trials}, from {@code -Dweft.fuzz.seed}.
 *
 * <p>What lowering or its default schedules refuse with a reason ({@link LoweringException}, {@link
 * ScheduleException}) is counted, and must be the smaller part. Everything else that goes wrong is
 * reported with the shortest trace that shows it.
 */
@Tag("fuzz")
@Tag("lowering")
final class LoweringFuzzTest {
  private static final @Nullable Long TRIALS = Long.getLong("weft.fuzz.trials");
  private static final long SEED = Long.getLong("weft.fuzz.seed", 0);
  private static final int MOST_FOUND = Integer.getInteger("weft.fuzz.most", 3);
  private static final int STEPS = 5;
  private static final int WORDS_OF_A_REASON = Integer.getInteger("weft.fuzz.words", 9);

  /** Sums are short. */
  private static final long TERMS = 64;

  /** Functions in one program: compilers of OpenCL take their time for each. */
  private static final int BATCH = 32;

  /** What came of the trials on one device. */
  private static final class Count {
    private int run;
    private final Map<String, Integer> refused = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    int refusals() {
      return refused.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public String toString() {
      return run + " run, " + refusals() + " refused " + refused + ", " + wrong.size() + " wrong";
    }
  }

  /** A function that was lowered. */
  private record Trial(long seed, RandomSchedule schedule, Samples samples, KernelPlan plan) {}

  @ParameterizedTest
  @CsvSource({"simt, 2000", "opencl:0, 500"})
  void loweredSchedulesComputeTheSame(String name, long usually) {
    Optional<DeviceUnderTest> under =
        DeviceUnderTest.all().stream().filter(d -> d.name().equals(name)).findFirst();
    Assumptions.assumeTrue(under.isPresent(), "there is no device " + name);
    long trials = TRIALS == null ? usually : TRIALS;
    Device device = under.get().open();
    Count count = new Count();
    long told = System.nanoTime();
    for (long first = SEED; first < SEED + trials; first += BATCH) {
      long last = Math.min(first + BATCH, SEED + trials);
      batch(first, last, device, count);
      if (count.wrong.size() >= MOST_FOUND) {
        break;
      }
      if (System.nanoTime() - told > 30_000_000_000L) {
        told = System.nanoTime();
        System.out.printf("lowering fuzz on %s: %d of %d, %s%n", name, last - SEED, trials, count);
      }
    }
    System.out.println("lowering fuzz on " + name + ": " + count);
    assertThat(count.wrong).isEmpty();
    assertThat(count.run).as("run, of those not refused").isGreaterThanOrEqualTo(count.refusals());
  }

  /** The seeds from {@code first} to before {@code last}, in one program. */
  private static void batch(long first, long last, Device device, Count count) {
    List<Trial> trials = new ArrayList<>();
    for (long seed = first; seed < last; seed++) {
      Trial trial = lowered(seed, device, count);
      if (trial != null) {
        trials.add(trial);
      }
    }
    Target target = DeviceTargets.of(device.info());
    List<KernelPlan> plans = trials.stream().map(Trial::plan).toList();
    GeneratedProgram generated;
    LoadedProgram program;
    try {
      generated = Backend.of(target).generate(plans, target);
      program = device.load(generated.image());
    } catch (RuntimeException | AssertionError e) {
      // One of them can't be compiled: each for itself, then.
      trials.forEach(trial -> alone(trial, device, count));
      return;
    }
    try (program) {
      for (Trial trial : trials) {
        try (CompiledFunction compiled =
            CompiledFunction.of(trial.plan, generated, program, device)) {
          trial.samples.check(compiled::run);
          count.run++;
        } catch (RuntimeException | AssertionError e) {
          wrong(trial.seed, trial.schedule, trial.samples, e, device, count);
        }
      }
    }
  }

  private static void alone(Trial trial, Device device, Count count) {
    try {
      check(trial.schedule, trial.samples, device);
      count.run++;
    } catch (RuntimeException | AssertionError e) {
      wrong(trial.seed, trial.schedule, trial.samples, e, device, count);
    }
  }

  private static @Nullable Trial lowered(long seed, Device device, Count count) {
    RandomSchedule schedule = RandomSchedule.of(seed, STEPS);
    Samples samples = samples(schedule);
    if (samples == null) {
      return null;
    }
    PrimFunc scheduled = schedule.schedule().module().get("main");
    Target target = DeviceTargets.of(device.info());
    try {
      KernelPlan plan = Backend.of(target).plan("main", scheduled, target, PassTrace.NONE);
      return new Trial(seed, schedule, samples, plan);
    } catch (LoweringException | ScheduleException e) {
      if (isDefect(e)) {
        wrong(seed, schedule, samples, e, device, count);
      } else {
        count.refused.merge(reason(e), 1, Integer::sum);
      }
    } catch (RuntimeException | AssertionError e) {
      wrong(seed, schedule, samples, e, device, count);
    }
    return null;
  }

  private static void wrong(
      long seed,
      RandomSchedule schedule,
      Samples samples,
      Throwable failure,
      Device device,
      Count count) {
    String report = report(seed, minimised(schedule, samples, device), samples, device);
    String all = "first: " + failure.getMessage() + "\n" + report;
    System.out.println("COUNTER-EXAMPLE " + all);
    count.wrong.add(all);
  }

  /** Null where the function can't be run on such arguments: it takes them for indices, say. */
  private static @Nullable Samples samples(RandomSchedule schedule) {
    try {
      return Samples.of(schedule.module().get("main"), 5, TERMS);
    } catch (InterpreterException | InputException e) {
      return null;
    }
  }

  private static void check(RandomSchedule schedule, Samples samples, Device device) {
    PrimFunc scheduled = schedule.schedule().module().get("main");
    try (CompiledFunction compiled = CompiledFunction.compile(scheduled, device)) {
      samples.check(compiled::run);
    }
  }

  private static boolean goesWrong(RandomSchedule schedule, Samples samples, Device device) {
    if (!schedule.keepsParameters()) {
      return false;
    }
    try {
      check(schedule, samples, device);
      return false;
    } catch (LoweringException | ScheduleException e) {
      return isDefect(e);
    } catch (RuntimeException | AssertionError e) {
      return true;
    }
  }

  /** Whether what is refused was spoilt by the lowering itself. */
  private static boolean isDefect(WeftException e) {
    return String.valueOf(e.getMessage()).contains("please report this");
  }

  /** Leaves out every step without which it still goes wrong. */
  private static RandomSchedule minimised(RandomSchedule schedule, Samples samples, Device device) {
    RandomSchedule best = schedule;
    for (int i = best.schedule().trace().instructions().size() - 1; i >= 0; i--) {
      if (i < best.schedule().trace().instructions().size()) {
        RandomSchedule fewer = best.without(i);
        best = goesWrong(fewer, samples, device) ? fewer : best;
      }
    }
    return best;
  }

  /** The first words of a reason: it tells kinds apart. */
  private static String reason(WeftException e) {
    String[] words = String.valueOf(e.getMessage()).replaceAll("'[^']*'", "…").split(" ");
    return String.join(" ", List.of(words).subList(0, Math.min(WORDS_OF_A_REASON, words.length)));
  }

  private static String report(long seed, RandomSchedule schedule, Samples samples, Device device) {
    String failure = "it does not go wrong again";
    try {
      check(schedule, samples, device);
    } catch (RuntimeException | AssertionError e) {
      failure = e.getClass().getSimpleName() + ": " + e.getMessage();
    }
    return "seed "
        + seed
        + ": "
        + failure
        + "\n\n"
        + TvmScript.print(schedule.module())
        + "\n"
        + TraceJson.write(schedule.schedule().trace())
        + "\n\nscheduled:\n"
        + TvmScript.print(schedule.schedule().module());
  }
}
