package dev.weft.runtime.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

/**
 * The part of the driver API that Weft uses, call for call ("CUDA Driver API", 12.9); each gives
 * the driver's status. Device memory goes by its address. Handles are filled in by the call. Tests
 * put a driver in its place that computes on the host.
 */
interface CudaDriver {
  /** {@code cuInit}. */
  int init();

  /** {@code cuDriverGetVersion}: 1000 × major + 10 × minor. */
  int driverVersion(int[] version);

  /** {@code cuDeviceGetCount}. */
  int deviceCount(int[] count);

  /** {@code cuDeviceGet}. */
  int device(CUdevice device, int index);

  /** {@code cuDeviceGetName}: a string that ends in 0. */
  int deviceName(byte[] name, CUdevice device);

  /** {@code cuDeviceGetAttribute}. */
  int deviceAttribute(int[] value, int attribute, CUdevice device);

  /** {@code cuDeviceTotalMem}. */
  int totalMemory(long[] bytes, CUdevice device);

  /** {@code cuDevicePrimaryCtxRetain}. */
  int retainPrimaryContext(CUcontext context, CUdevice device);

  /** {@code cuDevicePrimaryCtxRelease}. */
  int releasePrimaryContext(CUdevice device);

  /** {@code cuCtxSetCurrent}, for the calling thread. */
  int setCurrent(CUcontext context);

  /** {@code cuCtxSynchronize}. */
  int synchronize();

  /** Makes a device's default pool keep what is freed, for the allocations to come. */
  int keepPool(int index);

  /** {@code cuMemGetInfo}. */
  int memoryInfo(long[] free, long[] total);

  /** {@code cuMemAlloc}. */
  int allocate(long[] address, long bytes);

  /** {@code cuMemFree}. */
  int free(long address);

  /** {@code cuMemAllocAsync}. */
  int allocateAsync(long[] address, long bytes, CUstream stream);

  /** {@code cuMemFreeAsync}. */
  int freeAsync(long address, CUstream stream);

  /** {@code cuMemHostAlloc}: page-locked host memory; the segment is put in {@code memory[0]}. */
  int allocatePinned(MemorySegment[] memory, long bytes);

  /** {@code cuMemFreeHost}. */
  int freePinned(MemorySegment memory);

  /** {@code cuMemcpyHtoDAsync}; {@code from} is native. */
  int copyToDevice(long to, MemorySegment from, CUstream stream);

  /** {@code cuMemcpyDtoHAsync}; {@code to} is native. */
  int copyToHost(MemorySegment to, long from, CUstream stream);

  /** {@code cuMemcpyDtoDAsync}. */
  int copyOnDevice(long to, long from, long bytes, CUstream stream);

  /** {@code cuMemsetD8Async}. */
  int fill(long at, byte value, long bytes, CUstream stream);

  /** {@code cuModuleLoadData}; PTX ends in 0. */
  int loadModule(CUmodule module, byte[] image);

  /** {@code cuModuleUnload}. */
  int unloadModule(CUmodule module);

  /** {@code cuModuleGetFunction}. */
  int function(CUfunction function, CUmodule module, String name);

  /** {@code cuFuncGetAttribute}. */
  int functionAttribute(int[] value, int attribute, CUfunction function);

  /** {@code cuFuncSetAttribute}. */
  int setFunctionAttribute(CUfunction function, int attribute, int value);

  /**
   * {@code cuLaunchKernel}.
   *
   * @param extents grid x, y, z, then block x, y, z
   * @param arguments the bytes of each parameter
   */
  int launch(
      CUfunction function, int[] extents, int sharedBytes, CUstream stream, List<byte[]> arguments);

  /**
   * {@code cuTensorMapEncodeTiled}; dimensions as the driver counts them, the contiguous one first.
   *
   * @param map gets the description: {@link dev.weft.runtime.TensorMap#BYTES} bytes
   * @param type a {@code CUtensorMapDataType}
   * @param address of the tensor
   * @param shape elements in each dimension
   * @param strides bytes between neighbours in each dimension but the first
   * @param box elements of a box in each dimension
   * @param swizzle a {@code CUtensorMapSwizzle}
   */
  int encodeTensorMap(
      byte[] map, int type, long address, long[] shape, long[] strides, int[] box, int swizzle);

  /** {@code cuStreamCreate}, not synchronised with the default stream. */
  int createStream(CUstream stream);

  /** {@code cuStreamDestroy}. */
  int destroyStream(CUstream stream);

  /** {@code cuStreamSynchronize}. */
  int synchronize(CUstream stream);

  /** {@code cuStreamWaitEvent}. */
  int waitFor(CUstream stream, CUevent event);

  /** {@code cuEventCreate}. */
  int createEvent(CUevent event, boolean timed);

  /** {@code cuEventDestroy}. */
  int destroyEvent(CUevent event);

  /** {@code cuEventRecord}. */
  int record(CUevent event, CUstream stream);

  /** {@code cuEventSynchronize}. */
  int await(CUevent event);

  /** {@code cuEventQuery}. */
  int query(CUevent event);

  /** {@code cuEventElapsedTime}. */
  int elapsedMillis(float[] millis, CUevent from, CUevent to);
}
