package dev.weft.lowering.simt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Collects findings: one for each kind and line, with the first occurrence described. */
final class Findings {
  private record Key(Finding.Kind kind, int line) {}

  private static final class Entry {
    private final String source;
    private final String message;
    private long occurrences;

    Entry(String source, String message) {
      this.source = source;
      this.message = message;
    }
  }

  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  /** Notes a finding; the message is made for the first one of its kind and line only. */
  void add(Finding.Kind kind, Site site, Supplier<String> message) {
    entries.computeIfAbsent(
            new Key(kind, site.line()), key -> new Entry(site.source(), message.get()))
        .occurrences++;
  }

  /** Everything found so far, in the order of the first occurrences. */
  List<Finding> list() {
    List<Finding> result = new ArrayList<>();
    entries.forEach(
        (key, entry) ->
            result.add(
                new Finding(
                    key.kind(), key.line(), entry.source, entry.message, entry.occurrences)));
    return result;
  }
}
