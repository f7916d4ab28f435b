package dev.weft.tir.analysis;

import dev.weft.base.WeftException;

/** A function that breaks a rule of TensorIR; {@link #where()} is the block, loop or function. */
public final class IllFormedException extends WeftException {
  private static final long serialVersionUID = 1L;

  IllFormedException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
