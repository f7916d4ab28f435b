package dev.weft.tir.schedule.fuzz;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** How often each primitive was tried, and how often it was accepted. May be shared by threads. */
final class Acceptance {
  private final Map<String, AtomicLong> tried = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> accepted = new ConcurrentHashMap<>();

  void tried(String kind) {
    tried.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet();
  }

  void accepted(String kind) {
    accepted.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet();
  }

  long accepted() {
    return accepted.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** Accepted steps by primitive; 0 for those that were only tried. */
  Map<String, Long> byPrimitive() {
    Map<String, Long> result = new TreeMap<>();
    tried.forEach((kind, count) -> result.put(kind, 0L));
    accepted.forEach((kind, count) -> result.put(kind, count.get()));
    return result;
  }

  /** A line for each primitive. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    byPrimitive()
        .forEach(
            (kind, count) -> {
              AtomicLong all = tried.get(kind);
              long total = all == null ? 0 : all.get();
              text.append(String.format("  %-24s %8d of %8d%n", kind, count, total));
            });
    return text.toString();
  }
}
