package dev.weft.lowering;

import dev.weft.base.WeftException;

/** A function that can't be lowered as it is scheduled. */
public class LoweringException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public LoweringException(String what, String where, String remedy) {
    super(what, where, remedy);
  }

  /** See {@link WeftException#WeftException(String, String, String, Throwable)}. */
  public LoweringException(String what, String where, String remedy, Throwable cause) {
    super(what, where, remedy, cause);
  }
}
