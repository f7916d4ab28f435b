package dev.weft.tir.schedule;

import dev.weft.tir.Expr;
import org.jspecify.annotations.Nullable;

/**
 * The integers from {@code min} to {@code max}, both included.
 *
 * @param min the smallest; null where there is no bound
 * @param max the largest; null where there is no bound
 */
public record Interval(@Nullable Expr min, @Nullable Expr max) {
  /** Whether both ends are known. */
  public boolean isBounded() {
    return min != null && max != null;
  }
}
