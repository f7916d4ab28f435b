package dev.weft.tir.schedule.verify;

import dev.weft.base.WeftException;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.trace.Instruction;
import org.jspecify.annotations.Nullable;

/**
 * A step of a schedule was accepted and changes what the function computes: a defect of the
 * primitive. The message names the step and the first element that differs.
 */
public final class VerificationException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final transient Instruction step;
  private final transient PrimFunc before;
  private final transient PrimFunc after;

  VerificationException(
      Instruction step,
      String difference,
      String function,
      PrimFunc before,
      PrimFunc after,
      @Nullable Throwable cause) {
    super(
        step.kind() + " changes what the function computes: " + difference,
        "function '" + function + "'",
        "this is a defect of the primitive: leave the step out",
        cause);
    this.step = step;
    this.before = before;
    this.after = after;
  }

  /** The step. */
  public Instruction step() {
    return step;
  }

  /** The function before the step. */
  public PrimFunc before() {
    return before;
  }

  /** The function after it. */
  public PrimFunc after() {
    return after;
  }
}
