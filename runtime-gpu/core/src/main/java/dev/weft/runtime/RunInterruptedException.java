package dev.weft.runtime;

/**
 * A run ended early because its thread was interrupted, which is looked at in each round of a
 * model's loops. The thread stays interrupted; the executor can be used again.
 */
public final class RunInterruptedException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** See {@link DeviceException#DeviceException(String, String, String)}. */
  public RunInterruptedException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
