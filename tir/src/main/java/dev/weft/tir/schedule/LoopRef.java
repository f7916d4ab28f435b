package dev.weft.tir.schedule;

import dev.weft.tir.Var;
import java.util.Locale;

/**
 * A handle on a loop. It follows the loop through every rewrite; once the loop is gone (split,
 * fused away), its use is refused. A sampled place of computation may be no loop: {@link #place}.
 */
public final class LoopRef implements StmtRef {
  /** What a handle stands for. */
  public enum Place {
    /** A loop. */
    LOOP,
    /** The place at the root, where a block stays as it is. */
    ROOT,
    /** The place in the consumers: the block is inlined. */
    INLINE
  }

  private final Var var;
  private final Place place;

  LoopRef(Var var) {
    this.var = var;
    this.place = Place.LOOP;
  }

  private LoopRef(Place place) {
    this.var = Var.int32(place.name().toLowerCase(Locale.ROOT));
    this.place = place;
  }

  /** A place that is no loop, for {@code computeAt} and {@code reverseComputeAt}. */
  public static LoopRef of(Place place) {
    if (place == Place.LOOP) {
      throw new IllegalArgumentException("a loop has a variable");
    }
    return new LoopRef(place);
  }

  /** What this stands for. */
  public Place place() {
    return place;
  }

  /** The loop's variable, which is the loop's identity within a schedule state. */
  Var var() {
    return var;
  }

  /** The name of the loop's variable. */
  public String name() {
    return var.name();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoopRef that && that.var == var;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(var);
  }

  @Override
  public String toString() {
    return "loop " + var.name();
  }
}
