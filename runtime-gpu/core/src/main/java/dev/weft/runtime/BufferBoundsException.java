package dev.weft.runtime;

/** An access outside a buffer. */
public final class BufferBoundsException extends DeviceException {
  private static final long serialVersionUID = 1L;

  private BufferBoundsException(String what, String where) {
    super(what, where, "check the offset and the size");
  }

  /**
   * Checks that a range lies in a buffer.
   *
   * @param operation what is done, for the message: {@code write}
   * @param where the device's name
   * @throws BufferBoundsException if it doesn't
   */
  public static void check(String operation, long offset, long length, long bytes, String where) {
    if (offset < 0 || length < 0 || offset > bytes - length) {
      throw new BufferBoundsException(
          operation
              + " of "
              + length
              + " bytes at offset "
              + offset
              + " does not lie in a buffer of "
              + bytes
              + " bytes",
          where);
    }
  }
}
