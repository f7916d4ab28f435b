package dev.weft.graph.pass;

import dev.weft.base.InputException;

/** Options of a compilation name a pass or a setting that there isn't, or contradict each other. */
public final class PassOptionException extends InputException {
  private static final long serialVersionUID = 1L;

  /** See {@link InputException#InputException(String, String, String)}. */
  public PassOptionException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
