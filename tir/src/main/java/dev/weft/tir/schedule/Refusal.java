package dev.weft.tir.schedule;

/** What kind of reason a refused step has. */
public enum Refusal {
  /** A condition of the primitive doesn't hold, or can't be shown to hold. */
  CONDITION,
  /**
   * It is certain that the function would compute something else. Other compilers carry out some
   * such steps, which is why it is worth telling them apart.
   */
  WRONG_RESULT
}
