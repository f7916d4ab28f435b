package dev.weft.tir.interp;

import dev.weft.base.WeftException;

/** The program that is interpreted did something that has no meaning, or can't be interpreted. */
public final class InterpreterException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public InterpreterException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
