package dev.weft.kernels;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.trace.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/**
 * The plainest search there is: schedules that sample their decisions are drawn, each is measured,
 * and the fastest is kept.
 */
public final class RandomSearch {
  private RandomSearch() {}

  /**
   * What was tried.
   *
   * @param function the scheduled function
   * @param trace how it came about, with the decisions: replaying it gives the function again
   * @param cost seconds, say
   */
  public record Candidate(PrimFunc function, Trace trace, double cost) {}

  /**
   * All candidates, in the order in which they were tried.
   *
   * @param candidates at least one
   */
  public record Result(List<Candidate> candidates) {
    /** Copies the list. */
    public Result {
      candidates = List.copyOf(candidates);
    }

    /** The one of least cost; of equal ones the first. */
    public Candidate best() {
      return candidates.stream().min(Comparator.comparingDouble(Candidate::cost)).orElseThrow();
    }
  }

  /**
   * Searches.
   *
   * @param space makes the schedule of a seed: a different one for most seeds
   * @param cost measures a function
   */
  public static Result search(
      LongFunction<Schedule> space, ToDoubleFunction<PrimFunc> cost, int trials) {
    List<Candidate> candidates = new ArrayList<>();
    for (int trial = 0; trial < trials; trial++) {
      Schedule schedule = space.apply(trial);
      PrimFunc function = schedule.function();
      candidates.add(new Candidate(function, schedule.trace(), cost.applyAsDouble(function)));
    }
    return new Result(candidates);
  }
}
