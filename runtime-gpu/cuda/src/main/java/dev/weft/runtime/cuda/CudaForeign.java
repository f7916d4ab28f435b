package dev.weft.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** Calls of the driver that JCuda 12.6 lacks. Made once {@link CudaLibrary} has found it. */
final class CudaForeign {
  /** {@code CU_MEMPOOL_ATTR_RELEASE_THRESHOLD}. */
  private static final int RELEASE_THRESHOLD = 4;

  private final SymbolLookup library = SymbolLookup.libraryLookup(CudaLibrary.NAME, Arena.global());

  private MethodHandle function(String name, MemoryLayout... params) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, params));
  }

  /**
   * Makes the default pool of a device keep all memory that is freed.
   *
   * @param device its ordinal
   * @return the driver's status
   */
  int keepPool(int device) {
    MethodHandle defaultPool = function("cuDeviceGetDefaultMemPool", ADDRESS, JAVA_INT);
    MethodHandle setAttribute = function("cuMemPoolSetAttribute", ADDRESS, JAVA_INT, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pool = arena.allocate(ADDRESS);
      int status = (int) defaultPool.invokeExact(pool, device);
      if (status != 0) {
        return status;
      }
      MemorySegment threshold = arena.allocateFrom(JAVA_LONG, -1L);
      return (int) setAttribute.invokeExact(pool.get(ADDRESS, 0), RELEASE_THRESHOLD, threshold);
    } catch (Throwable e) {
      throw new IllegalStateException("a call of libcuda fails", e);
    }
  }

  /**
   * {@code cuTensorMapEncodeTiled}: describes a tensor to the copy engine of sm_90 and later.
   *
   * @param map where the descriptor goes, 128 bytes aligned to 64
   * @param type a {@code CUtensorMapDataType}: 6 float16, 7 float32, 9 bfloat16, 0 uint8
   * @param address of the tensor in device memory, a multiple of 16
   * @param shape elements in each dimension, the one that is contiguous first
   * @param strides bytes between neighbours in each dimension but the first, multiples of 16
   * @param box elements that one copy takes in each dimension, up to 256
   * @param swizzle a {@code CUtensorMapSwizzle}: 0 none, 1 to 3 for 32, 64, 128 bytes
   * @return the driver's status
   */
  int encodeTensorMap(
      MemorySegment map,
      int type,
      long address,
      long[] shape,
      long[] strides,
      int[] box,
      int swizzle) {
    int rank = shape.length;
    MethodHandle encode =
        function(
            "cuTensorMapEncodeTiled",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int[] elementStrides = new int[rank];
      Arrays.fill(elementStrides, 1);
      MemorySegment strideBytes =
          rank == 1 ? MemorySegment.NULL : arena.allocateFrom(JAVA_LONG, strides);
      return (int)
          encode.invokeExact(
              map,
              type,
              rank,
              MemorySegment.ofAddress(address),
              arena.allocateFrom(JAVA_LONG, shape),
              strideBytes,
              arena.allocateFrom(JAVA_INT, box),
              arena.allocateFrom(JAVA_INT, elementStrides),
              0,
              swizzle,
              0,
              0);
    } catch (Throwable e) {
      throw new IllegalStateException("a call of libcuda fails", e);
    }
  }
}
