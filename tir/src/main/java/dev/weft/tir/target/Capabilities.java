package dev.weft.tir.target;

import dev.weft.base.DType;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The capability table that legalisation reads. Storing and computing are separate: a device may
 * load and store float16, converting on the way, and have no arithmetic on it.
 *
 * @param storage scalar dtypes that memory can hold and loads and stores understand
 * @param arithmetic scalar dtypes that values can have in expressions
 * @param features the rest
 */
public record Capabilities(Set<DType> storage, Set<DType> arithmetic, Set<Feature> features) {
  private static final Comparator<DType> ORDER =
      Comparator.comparing(DType::code).thenComparingInt(DType::bits);

  /** Copies the sets in a fixed order; what can be computed with can be stored. */
  public Capabilities {
    storage = ordered(storage);
    arithmetic = ordered(arithmetic);
    EnumSet<Feature> copy = EnumSet.noneOf(Feature.class);
    copy.addAll(features);
    features = Collections.unmodifiableSet(copy);
    if (!storage.containsAll(arithmetic)) {
      throw new IllegalArgumentException(
          "Capabilities: arithmetic on "
              + arithmetic
              + " needs storage of the same dtypes, got "
              + storage);
    }
  }

  private static Set<DType> ordered(Collection<DType> dtypes) {
    return Collections.unmodifiableSet(
        dtypes.stream()
            .map(DType::scalar)
            .sorted(ORDER)
            .collect(LinkedHashSet::new, LinkedHashSet::add, LinkedHashSet::addAll));
  }

  /** Whether memory can hold elements of this type; lanes don't count. */
  public boolean stores(DType dtype) {
    return storage.contains(dtype.scalar());
  }

  /** Whether expressions can have this type; lanes don't count. */
  public boolean computes(DType dtype) {
    return arithmetic.contains(dtype.scalar());
  }

  /** Whether the device has this feature. */
  public boolean has(Feature feature) {
    return features.contains(feature);
  }
}
