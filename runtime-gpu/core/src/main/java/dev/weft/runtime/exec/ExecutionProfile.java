package dev.weft.runtime.exec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Device times of the commands of one run or of several. Safe for several threads. */
public final class ExecutionProfile {
  private final List<Entry> entries = new ArrayList<>();

  /** An empty profile. */
  public ExecutionProfile() {}

  /** What kind of command an entry is. */
  public enum Kind {
    /** A kernel. */
    KERNEL,
    /** Host to device. */
    WRITE,
    /** Device to host. */
    READ,
    /** Within the device. */
    COPY,
    /** A function of a library or of the application; the time is the host's. */
    EXTERNAL
  }

  /**
   * One command.
   *
   * @param kind what it was
   * @param name the kernel's or buffer's name
   * @param detail the launch's geometry, or the number of bytes
   * @param nanos how long it ran on the device
   */
  public record Entry(Kind kind, String name, String detail, long nanos) {}

  /**
   * All commands of one kind and name.
   *
   * @param count how many they are
   * @param nanos the sum of their times
   */
  public record Total(Kind kind, String name, long count, long nanos) {}

  synchronized void add(Entry entry) {
    entries.add(entry);
  }

  /** Every command, in the order in which they were enqueued. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The sum over all commands, in nanoseconds. */
  public long totalNanos() {
    return entries().stream().mapToLong(Entry::nanos).sum();
  }

  /** Sums by kind and name, the longest first. */
  public List<Total> totals() {
    record Key(Kind kind, String name) {}
    Map<Key, Total> sums = new LinkedHashMap<>();
    for (Entry entry : entries()) {
      sums.merge(
          new Key(entry.kind(), entry.name()),
          new Total(entry.kind(), entry.name(), 1, entry.nanos()),
          (a, b) -> new Total(a.kind(), a.name(), a.count() + 1, a.nanos() + b.nanos()));
    }
    return sums.values().stream().sorted((a, b) -> Long.compare(b.nanos(), a.nanos())).toList();
  }

  /** {@link #totals} for people: a line each with count, microseconds and share. */
  public String table() {
    long total = Math.max(1, totalNanos());
    StringBuilder out = new StringBuilder();
    out.append(String.format(Locale.ROOT, "%8s %12s %7s  %s%n", "count", "us", "share", "command"));
    for (Total each : totals()) {
      out.append(
          String.format(
              Locale.ROOT,
              "%8d %12.1f %6.1f%%  %s %s%n",
              each.count(),
              each.nanos() / 1e3,
              100.0 * each.nanos() / total,
              each.kind().name().toLowerCase(Locale.ROOT),
              each.name()));
    }
    return out.toString();
  }
}
