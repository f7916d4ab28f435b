package dev.weft.runtime.plan;

import dev.weft.base.WeftException;

/** A launch plan that contradicts itself or its program; found when it is made, before it runs. */
public final class PlanException extends WeftException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what is wrong
   * @param where the instruction
   */
  public PlanException(String what, String where) {
    super(what, where, "the plan is damaged or was made wrongly: compile the model again");
  }
}
