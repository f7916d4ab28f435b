package dev.weft.runtime.opencl;

import dev.weft.runtime.DeviceException;
import org.jocl.CL;

/** OpenCL's status codes as errors. */
final class ClStatus {
  private ClStatus() {}

  /**
   * Throws if a call failed.
   *
   * @param call the function's name
   * @param where the device's name
   */
  static void check(int status, String call, String where) {
    if (status != CL.CL_SUCCESS) {
      throw new DeviceException(
          call + " failed with " + name(status), where, "check the driver with clinfo");
    }
  }

  /** The code's name, such as {@code CL_INVALID_KERNEL_NAME}. */
  static String name(int status) {
    return CL.stringFor_errorCode(status);
  }

  /** Whether the code says that memory ran out. */
  static boolean isOutOfMemory(int status) {
    return status == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE
        || status == CL.CL_OUT_OF_RESOURCES
        || status == CL.CL_OUT_OF_HOST_MEMORY
        || status == CL.CL_INVALID_BUFFER_SIZE;
  }
}
