package dev.weft.runtime;

import dev.weft.base.WeftException;
import org.jspecify.annotations.Nullable;

/** A device can't do what it was asked. */
public class DeviceException extends WeftException {
  private static final long serialVersionUID = 1L;

  /** See {@link WeftException#WeftException(String, String, String)}. */
  public DeviceException(String what, String where, String remedy) {
    super(what, where, remedy);
  }

  /** See {@link WeftException#WeftException(String, String, String, Throwable)}. */
  public DeviceException(String what, String where, String remedy, @Nullable Throwable cause) {
    super(what, where, remedy, cause);
  }
}
