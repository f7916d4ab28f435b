package dev.weft.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * Measures contestants turn by turn, so that whatever else the machine does hits all of them alike:
 * after warm-up, each round takes one sample of each. A sample is as many runs as fill a minimum of
 * time, so that the clock's resolution does not count.
 *
 * <p>Before a sample everybody rests, and the contestant runs once untimed: the worker threads of
 * libraries such as OpenBLAS stay busy waiting for work for up to 2²⁸ clock cycles, about 100 ms,
 * after their last call, on cores that the next contestant would need.
 */
public final class Rounds {
  private static final double SAMPLE_NANOS = 20e6;
  private static final double WARM_UP_NANOS = 200e6;
  private static final int MOST_RUNS = 100_000;
  private static final long REST_MILLIS = 150;

  private final int rounds;

  /**
   * @param rounds how many samples of each contestant
   */
  public Rounds(int rounds) {
    if (rounds < 1) {
      throw new IllegalArgumentException("Rounds must be at least 1, got " + rounds);
    }
    this.rounds = rounds;
  }

  /**
   * Measures.
   *
   * @param afterSample is called after each sample
   * @return for each contestant the times of one run
   */
  public Times measure(List<Contestant> contestants, Runnable afterSample) {
    Map<Contestant, Integer> runs = new LinkedHashMap<>();
    for (Contestant contestant : contestants) {
      runs.put(contestant, warmUp(contestant));
    }
    Map<Contestant, double[]> times = new LinkedHashMap<>();
    contestants.forEach(contestant -> times.put(contestant, new double[rounds]));
    for (int round = 0; round < rounds; round++) {
      List<Contestant> order = new ArrayList<>(contestants);
      if (round % 2 == 1) {
        order = order.reversed(); // Whoever comes first finds other caches than who follows.
      }
      for (Contestant contestant : order) {
        int count = runs.getOrDefault(contestant, 1);
        if (contestants.size() > 1) {
          rest();
          contestant.run(1);
        }
        times.getOrDefault(contestant, new double[rounds])[round] = time(contestant, count) / count;
        afterSample.run();
      }
    }
    return new Times(times);
  }

  /** Runs until caches, clocks and compilers have settled; returns the runs that fill a sample. */
  private static int warmUp(Contestant contestant) {
    time(contestant, 1); // May load code.
    int count = 1;
    double spent = 0;
    while (true) {
      double nanos = time(contestant, count);
      spent += nanos;
      boolean fills = nanos >= SAMPLE_NANOS || count >= MOST_RUNS;
      if (fills && spent >= WARM_UP_NANOS) {
        return count;
      }
      if (!fills) {
        double wanted = count * SAMPLE_NANOS / Math.max(nanos, 1);
        count =
            (int)
                Math.min(MOST_RUNS, Math.max(count + 1, Math.ceil(Math.min(wanted, 10.0 * count))));
      }
    }
  }

  private static void rest() {
    try {
      Thread.sleep(REST_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("measuring was interrupted");
    }
  }

  private static double time(Contestant contestant, int runs) {
    long start = System.nanoTime();
    contestant.run(runs);
    return System.nanoTime() - start;
  }
}
