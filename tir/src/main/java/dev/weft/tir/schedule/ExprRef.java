package dev.weft.tir.schedule;

/**
 * A handle on an integer that a sampling primitive chose. Factors of {@code split} take it in the
 * place of a number, so that a trace can be replayed with another choice.
 */
public final class ExprRef {
  private final long value;

  /** A handle on a value. */
  public ExprRef(long value) {
    this.value = value;
  }

  /** The integer chosen in this run. */
  public long value() {
    return value;
  }

  @Override
  public String toString() {
    return "sampled " + value;
  }
}
