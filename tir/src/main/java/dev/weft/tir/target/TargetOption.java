package dev.weft.tir.target;

import dev.weft.base.DType;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The options of a target's text form, {@code -name=value}: how each is read and written. */
enum TargetOption {
  DEVICE(
      t -> t.deviceClass().name().toLowerCase(Locale.ROOT),
      (t, v) -> t.withDeviceClass(Target.DeviceClass.valueOf(v.toUpperCase(Locale.ROOT)))),
  MAX_THREADS(t -> text(t.limits().maxThreads()), (t, v) -> limit(t, 0, v)),
  BLOCK(
      t -> {
        Limits l = t.limits();
        return l.maxThreadsX() + "," + l.maxThreadsY() + "," + l.maxThreadsZ();
      },
      (t, v) -> {
        String[] xyz = v.split(",", -1);
        if (xyz.length != 3) {
          throw new IllegalArgumentException("block needs three numbers x,y,z, got '" + v + "'");
        }
        return limit(limit(limit(t, 1, xyz[0]), 2, xyz[1]), 3, xyz[2]);
      }),
  SHARED(t -> text(t.limits().sharedBytes()), (t, v) -> limit(t, 4, v)),
  LOCAL(t -> text(t.limits().localBytes()), (t, v) -> limit(t, 5, v)),
  WARP(t -> text(t.limits().warpSize()), (t, v) -> limit(t, 6, v)),
  VECTOR_BYTES(t -> text(t.limits().vectorBytes()), (t, v) -> limit(t, 7, v)),
  CORES(t -> text(t.limits().cores()), (t, v) -> limit(t, 8, v)),
  STORAGE(
      t -> list(t.capabilities().storage(), DType::toString),
      (t, v) ->
          t.withCapabilities(
              new Capabilities(
                  set(v, DType::parse),
                  common(set(v, DType::parse), t.capabilities().arithmetic()),
                  t.capabilities().features()))),
  ARITHMETIC(
      t -> list(t.capabilities().arithmetic(), DType::toString),
      (t, v) ->
          t.withCapabilities(
              new Capabilities(
                  t.capabilities().storage(), set(v, DType::parse), t.capabilities().features()))),
  FEATURES(
      t -> list(t.capabilities().features(), f -> f.text),
      (t, v) ->
          t.withCapabilities(
              new Capabilities(
                  t.capabilities().storage(),
                  t.capabilities().arithmetic(),
                  set(v, Feature::parse))));

  private interface Write {
    Target apply(Target target, String value);
  }

  @SuppressWarnings("ImmutableEnumChecker") // A function without state.
  private final Function<Target, String> read;

  @SuppressWarnings("ImmutableEnumChecker") // A function without state.
  private final Write write;

  TargetOption(Function<Target, String> read, Write write) {
    this.read = read;
    this.write = write;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String read(Target target) {
    return read.apply(target);
  }

  static Target apply(Target target, String word) {
    int equals = word.indexOf('=');
    if (word.startsWith("-") && equals > 0) {
      String name = word.substring(1, equals);
      for (TargetOption option : values()) {
        if (option.text().equals(name)) {
          return option.write.apply(target, word.substring(equals + 1));
        }
      }
    }
    throw new IllegalArgumentException(
        "'"
            + word
            + "' is not a target option; they are written -name=value, with the names "
            + Arrays.stream(values()).map(TargetOption::text).collect(Collectors.joining(", ")));
  }

  /** The target with one number of its limits, counted in the record's order, replaced. */
  private static Target limit(Target target, int index, String value) {
    Limits l = target.limits();
    int[] all = {
      l.maxThreads(),
      l.maxThreadsX(),
      l.maxThreadsY(),
      l.maxThreadsZ(),
      l.sharedBytes(),
      l.localBytes(),
      l.warpSize(),
      l.vectorBytes(),
      l.cores()
    };
    all[index] = Integer.parseInt(value);
    return target.withLimits(
        new Limits(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8]));
  }

  private static String text(int value) {
    return Integer.toString(value);
  }

  private static <T> String list(Collection<T> items, Function<T, String> name) {
    return items.stream().map(name).collect(Collectors.joining(","));
  }

  private static <T> Set<T> set(String text, Function<String, T> parse) {
    return text.isEmpty()
        ? Set.of()
        : Arrays.stream(text.split(",", -1)).map(parse).collect(Collectors.toSet());
  }

  private static Set<DType> common(Set<DType> a, Set<DType> b) {
    return b.stream().filter(a::contains).collect(Collectors.toSet());
  }
}
