package dev.weft.tir;

import org.jspecify.annotations.Nullable;

/**
 * An iteration variable: an axis of a block, or a hardware thread index.
 *
 * @param dom the values that the axis takes; the min of a block axis is 0 unless said otherwise
 * @param var the variable
 * @param kind what the axis does
 * @param thread the hardware index of a {@link Kind#THREAD} axis; null for the others
 */
public record IterVar(Range dom, Var var, Kind kind, @Nullable ThreadTag thread)
    implements AttrValue {
  /** What an axis does. */
  public enum Kind {
    /** Data parallel: instances are independent. */
    SPATIAL("S"),
    /** Instances are combined by a commutative, associative reduction. */
    REDUCE("R"),
    /** Instances run in order. */
    SCAN("scan"),
    /** Nothing is known. */
    OPAQUE("opaque"),
    /** A hardware thread index. */
    THREAD("thread");

    /** The letter in {@code T.axis.remap}, or the axis function's name. */
    public final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** Checks that thread axes, and only they, have a tag. */
  public IterVar {
    if ((kind == Kind.THREAD) != (thread != null)) {
      throw new IllegalArgumentException(
          "IterVar '" + var.name() + "' of kind " + kind + " has thread tag " + thread);
    }
  }

  /** A data-parallel axis {@code [0, extent)}. */
  public static IterVar spatial(Expr extent, Var var) {
    return new IterVar(Range.upTo(extent), var, Kind.SPATIAL, null);
  }

  /** A reduction axis {@code [0, extent)}. */
  public static IterVar reduce(Expr extent, Var var) {
    return new IterVar(Range.upTo(extent), var, Kind.REDUCE, null);
  }

  /** A hardware thread index {@code [0, extent)}. */
  public static IterVar thread(Expr extent, Var var, ThreadTag tag) {
    return new IterVar(Range.upTo(extent), var, Kind.THREAD, tag);
  }

  /** The same axis over another variable. */
  public IterVar withVar(Var newVar) {
    return new IterVar(dom, newVar, kind, thread);
  }

  /** The same axis over other values. */
  public IterVar withDom(Range newDom) {
    return new IterVar(newDom, var, kind, thread);
  }
}
