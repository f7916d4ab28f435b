package dev.weft.tir;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Immutable maps that keep insertion order ({@link Map#copyOf} doesn't). */
public final class Ordered {
  private Ordered() {}

  /** A map that nobody can change any more, so that it needs no copy. */
  private static final class Fixed<K, V> extends AbstractMap<K, V> {
    private final Map<K, V> map;

    Fixed(SequencedMap<K, V> own) {
      map = Collections.unmodifiableMap(own);
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
      return map.entrySet();
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return map.containsKey(key);
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
      return map.get(key);
    }

    @Override
    public int size() {
      return map.size();
    }
  }

  /** An unmodifiable copy in the same order. */
  public static <K, V> Map<K, V> copyOf(Map<K, V> map) {
    if (map.isEmpty()) {
      return Map.of();
    }
    return map instanceof Fixed ? map : new Fixed<>(new LinkedHashMap<>(map));
  }

  /** A copy with one more entry, or with the entry replaced. */
  public static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    LinkedHashMap<K, V> copy = new LinkedHashMap<>(map);
    copy.put(key, value);
    return new Fixed<>(copy);
  }

  /** A copy without one key. */
  public static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    LinkedHashMap<K, V> copy = new LinkedHashMap<>(map);
    copy.remove(key);
    return new Fixed<>(copy);
  }
}
