package dev.weft.lowering;

import dev.weft.tir.PrimFunc;
import java.time.Duration;

/** Gets the function after each pass: for dumps and timings. */
public interface PassTrace {
  /** Looks at nothing. */
  PassTrace NONE = (number, pass, after, time) -> {};

  /**
   * Called after each pass.
   *
   * @param number the pass's place in the list, from 1; 0 for the function as it came
   * @param pass its name; {@code scheduled} for the function as it came
   * @param after the function after it
   * @param time how long it took
   */
  void after(int number, String pass, PrimFunc after, Duration time);
}
