package dev.weft.tir.interp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host function that {@code T.call_extern} and {@code T.call_packed} reach by name. */
@FunctionalInterface
public interface ExternFunction {
  /**
   * Carries out the call.
   *
   * @param args {@link Long}, {@link Double}, {@link String} or {@link Pointer}, in order
   * @return a number, or null for a function without value
   */
  @Nullable Number call(List<Object> args);
}
