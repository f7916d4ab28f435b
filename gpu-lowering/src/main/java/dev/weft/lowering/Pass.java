package dev.weft.lowering;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.Set;

/** One step of lowering: a function of TensorIR to a function that computes the same. */
public interface Pass {
  /** The name in dumps, timings and error messages: words joined by underscores. */
  String name();

  /**
   * The rewritten function; the same object if there was nothing to do.
   *
   * @throws LoweringException if the function can't be lowered as it is scheduled
   */
  PrimFunc apply(PrimFunc function, Target target);

  /** What holds after this pass and stays true to the end; checked after this and later passes. */
  default Set<Invariant> establishes() {
    return Set.of();
  }
}
