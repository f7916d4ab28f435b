package dev.weft.runtime;

/** There is less device memory than was asked for. */
public final class OutOfDeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  private final long requestedBytes;
  private final long freeBytes;

  /**
   * @param requestedBytes what was asked for
   * @param freeBytes what is known to be free, or the largest allowed allocation if that is less
   * @param where the device's name
   */
  public OutOfDeviceMemoryException(long requestedBytes, long freeBytes, String where) {
    super(
        "out of device memory: asked for "
            + requestedBytes
            + " bytes, at most "
            + freeBytes
            + " can be had",
        where,
        "use a smaller batch, close models and tensors that are done, or take another device");
    this.requestedBytes = requestedBytes;
    this.freeBytes = freeBytes;
  }

  /** What was asked for. */
  public long requestedBytes() {
    return requestedBytes;
  }

  /** What could have been had at most. */
  public long freeBytes() {
    return freeBytes;
  }
}
