package dev.weft.tir.schedule;

import dev.weft.base.InputException;

/** A trace has an instruction that can't be carried out here, whatever the module. */
public final class UnsupportedStepException extends InputException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what is not supported
   * @param where the instruction
   */
  public UnsupportedStepException(String what, String where) {
    super(what, where, "");
  }
}
