package dev.weft.runtime;

/** No device of that name; the message says which there are and how to get one. */
public final class DeviceNotFoundException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** See {@link DeviceException#DeviceException(String, String, String)}. */
  public DeviceNotFoundException(String what, String where, String remedy) {
    super(what, where, remedy);
  }
}
