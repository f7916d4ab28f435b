package dev.weft.tir.schedule.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of primitives on random functions: whatever is accepted changes nothing that the
 * function computes. 2,000 sequences, or {@code -Dweft.fuzz.trials}, from {@code -Dweft.fuzz.seed}.
 */
@Tag("fuzz")
@Tag("schedule")
final class ScheduleFuzzTest {
  private static final long TRIALS = Long.getLong("weft.fuzz.trials", 2_000);
  private static final long SEED = Long.getLong("weft.fuzz.seed", 0);
  private static final int THREADS =
      Integer.getInteger("weft.fuzz.threads", Runtime.getRuntime().availableProcessors());
  private static final int MOST_FOUND = Integer.getInteger("weft.fuzz.most", 3);

  @Test
  void acceptedStepsKeepTheFunction() throws InterruptedException, ExecutionException {
    Acceptance acceptance = new Acceptance();
    Queue<Counterexample> found = new ConcurrentLinkedQueue<>();
    AtomicLong next = new AtomicLong(SEED);
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        workers.add(pool.submit(() -> work(next, acceptance, found)));
      }
      pool.shutdown();
      while (!pool.awaitTermination(30, TimeUnit.SECONDS)) {
        System.out.printf(
            "schedule fuzz: %d of %d sequences, %d steps accepted, %d counter-examples%n",
            Math.min(TRIALS, next.get() - SEED), TRIALS, acceptance.accepted(), found.size());
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    }
    System.out.print("accepted steps by primitive:\n" + acceptance);
    assertThat(found.stream().map(Counterexample::report)).isEmpty();
    if (TRIALS >= 1_000) {
      assertThat(acceptance.byPrimitive()).allSatisfy(ScheduleFuzzTest::isAcceptedSometimes);
    }
  }

  private static void isAcceptedSometimes(String primitive, Long accepted) {
    assertThat(accepted).as("accepted steps of " + primitive).isPositive();
  }

  private static void work(AtomicLong next, Acceptance acceptance, Queue<Counterexample> found) {
    while (found.size() < MOST_FOUND) {
      long seed = next.getAndIncrement();
      if (seed >= SEED + TRIALS) {
        return;
      }
      Counterexample wrong = Trial.run(seed, acceptance);
      if (wrong != null) {
        found.add(wrong);
        System.out.println("COUNTER-EXAMPLE " + wrong.report());
      }
    }
  }
}
