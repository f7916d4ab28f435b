package dev.weft.codegen.c;

import dev.weft.base.WeftException;

/** A lowered kernel holds something that the source language can't say. */
public final class CodegenException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public CodegenException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
