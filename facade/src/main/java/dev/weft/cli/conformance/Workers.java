package dev.weft.cli.conformance;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Runs tests side by side, each worker taking the next one that nobody has. */
public final class Workers {
  private Workers() {}

  /**
   * Runs all tests.
   *
   * @param workers how many at a time
   * @param worker makes one
   * @param seen gets each verdict as it comes, one at a time
   * @return the verdicts
   */
  public static Map<TestFolder, Verdict> run(
      List<TestFolder> tests,
      int workers,
      Supplier<Worker> worker,
      BiConsumer<TestFolder, Verdict> seen) {
    ConcurrentLinkedQueue<TestFolder> left = new ConcurrentLinkedQueue<>(tests);
    Map<TestFolder, Verdict> verdicts = new ConcurrentHashMap<>();
    Object turn = new Object();
    List<Thread> threads =
        IntStream.range(0, workers)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .name("conformance-" + i)
                        .start(
                            () -> {
                              try (Worker own = worker.get()) {
                                for (TestFolder test = left.poll();
                                    test != null;
                                    test = left.poll()) {
                                  Verdict verdict = own.run(test);
                                  verdicts.put(test, verdict);
                                  synchronized (turn) {
                                    seen.accept(test, verdict);
                                  }
                                }
                              }
                            }))
            .toList();
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return verdicts;
  }
}
