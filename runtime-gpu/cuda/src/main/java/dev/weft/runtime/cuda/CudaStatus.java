package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceException;
import jcuda.driver.CUresult;

/** The driver's status codes. */
final class CudaStatus {
  static final int SUCCESS = CUresult.CUDA_SUCCESS;
  static final int OUT_OF_MEMORY = CUresult.CUDA_ERROR_OUT_OF_MEMORY;
  static final int NOT_READY = CUresult.CUDA_ERROR_NOT_READY;

  private CudaStatus() {}

  /** The name, {@code CUDA_ERROR_ILLEGAL_ADDRESS}. */
  static String name(int status) {
    return CUresult.stringFor(status);
  }

  /**
   * Throws unless a call worked.
   *
   * @param call the driver's function
   * @param where the device
   */
  static void check(int status, String call, String where) {
    if (status != SUCCESS) {
      throw new DeviceException(call + " fails with " + name(status), where, remedy(status));
    }
  }

  /** What to do about a failure. */
  static String remedy(int status) {
    return switch (status) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_ASSERT ->
          "the device is unusable until the process ends; find the kernel with "
              + CudaDevice.SYNCHRONOUS
              + "=1, and what it does wrong on the device 'simt'";
      case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
          CUresult.CUDA_ERROR_INVALID_PTX,
          CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
          "compile the model for this device's architecture";
      case CUresult.CUDA_ERROR_INVALID_CONTEXT, CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED ->
          "open the device again";
      default -> "check the driver with nvidia-smi";
    };
  }
}
