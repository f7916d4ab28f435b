package dev.weft.runtime;

import org.jspecify.annotations.Nullable;

/** A launch or another command that the device refused or that failed there. */
public final class LaunchException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** See {@link DeviceException#DeviceException(String, String, String)}. */
  public LaunchException(String what, String where, String remedy) {
    super(what, where, remedy);
  }

  /** See {@link DeviceException#DeviceException(String, String, String, Throwable)}. */
  public LaunchException(String what, String where, String remedy, @Nullable Throwable cause) {
    super(what, where, remedy, cause);
  }
}
