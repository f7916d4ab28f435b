package dev.weft.cli.conformance;

import java.util.ArrayList;
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
   * @param together how many tests a worker takes at a time, to run them in one program
   * @param workers how many at a time
   * @param worker makes one
   * @param seen gets each verdict as it comes, one at a time
   * @return the verdicts
   */
  public static Map<TestFolder, Verdict> run(
      List<TestFolder> tests,
      int together,
      int workers,
      Supplier<Worker> worker,
      BiConsumer<TestFolder, Verdict> seen) {
    ConcurrentLinkedQueue<List<TestFolder>> left =
        new ConcurrentLinkedQueue<>(dealt(tests, together));
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
                                for (List<TestFolder> some = left.poll();
                                    some != null;
                                    some = left.poll()) {
                                  own.run(
                                      some,
                                      (test, verdict) -> {
                                        verdicts.put(test, verdict);
                                        synchronized (turn) {
                                          seen.accept(test, verdict);
                                        }
                                      });
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

  /** Dealt out like cards, so that large models, which are neighbours by name, come apart. */
  private static List<List<TestFolder>> dealt(List<TestFolder> tests, int together) {
    int hands = (tests.size() + together - 1) / together;
    List<List<TestFolder>> dealt = new ArrayList<>();
    for (int i = 0; i < hands; i++) {
      dealt.add(new ArrayList<>());
    }
    for (int i = 0; i < tests.size(); i++) {
      dealt.get(i % hands).add(tests.get(i));
    }
    return dealt;
  }
}
