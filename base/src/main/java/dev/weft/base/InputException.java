package dev.weft.base;

import org.jspecify.annotations.Nullable;

/** What the caller handed in does not fit: a missing file, a wrong name, shape or dtype. */
public class InputException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public InputException(String what, String where, String remedy) {
    super(what, where, remedy);
  }

  /** See {@link WeftException#WeftException(String, String, String, Throwable)}. */
  public InputException(String what, String where, String remedy, @Nullable Throwable cause) {
    super(what, where, remedy, cause);
  }
}
