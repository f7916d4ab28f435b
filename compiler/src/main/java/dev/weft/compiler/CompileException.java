package dev.weft.compiler;

import dev.weft.base.WeftException;

/** A model or function that was imported can't be compiled for the target. */
public final class CompileException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public CompileException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
