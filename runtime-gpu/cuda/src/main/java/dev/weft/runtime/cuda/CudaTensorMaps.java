package dev.weft.runtime.cuda;

import dev.weft.base.DType;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.TensorMap;

/** Makes the descriptions of tensors that kernels which copy in bulk are passed. */
final class CudaTensorMaps {
  private CudaTensorMaps() {}

  /**
   * The description of a tensor at an address.
   *
   * @param where the device and kernel, for errors
   */
  static byte[] encode(CudaDriver driver, TensorMap map, long address, String where) {
    int rank = map.shape().size();
    int bytes = map.dtype().bytes();
    long[] shape = new long[rank];
    long[] strides = new long[rank - 1];
    int[] box = new int[rank];
    for (int d = 0; d < rank; d++) {
      int from = rank - 1 - d;
      shape[d] = map.shape().get(from);
      box[d] = map.box().get(from);
      if (d > 0) {
        strides[d - 1] = map.strides().get(from) * bytes;
      }
    }
    if (address % 16 != 0) {
      throw new LaunchException(
          "the buffer of '" + map.name() + "' begins at " + Long.toHexString(address),
          where,
          "tensors that are copied in bulk begin at a multiple of 16 bytes");
    }
    byte[] encoded = new byte[TensorMap.BYTES];
    int status =
        driver.encodeTensorMap(
            encoded, type(map.dtype()), address, shape, strides, box, swizzle(map.swizzle()));
    CudaStatus.check(status, "cuTensorMapEncodeTiled for '" + map.name() + "'", where);
    return encoded;
  }

  /** {@code CUtensorMapDataType}: what matters is the size, and what zero is. */
  private static int type(DType dtype) {
    if (dtype.isFloat()) {
      return switch (dtype.bits()) {
        case 64 -> 8;
        case 32 -> 7;
        case 16 -> dtype.equals(DType.BFLOAT16) ? 9 : 6;
        default -> 0;
      };
    }
    return switch (dtype.bytes()) {
      case 8 -> 5;
      case 4 -> 3;
      case 2 -> 1;
      default -> 0;
    };
  }

  /** {@code CUtensorMapSwizzle}. */
  private static int swizzle(int bytes) {
    return switch (bytes) {
      case 32 -> 1;
      case 64 -> 2;
      case 128 -> 3;
      default -> 0;
    };
  }
}
