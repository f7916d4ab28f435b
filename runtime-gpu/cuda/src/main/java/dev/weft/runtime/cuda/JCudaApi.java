package dev.weft.runtime.cuda;

import static jcuda.driver.CUevent_flags.CU_EVENT_DEFAULT;
import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The driver through JCuda. Its classes load {@code libcuda} when they are initialised, so this one
 * is made only once {@link CudaLibrary} has found that.
 */
final class JCudaApi implements CudaDriver {
  private final CudaForeign foreign = new CudaForeign();

  JCudaApi() {
    JCudaDriver.setExceptionsEnabled(false);
  }

  /** JCuda keeps addresses to itself and lets subclasses see them. */
  private static final class Address extends CUdeviceptr {
    long value() {
      return getNativePointer() + getByteOffset();
    }
  }

  /** A pointer is a base and an offset to JCuda. */
  private static CUdeviceptr at(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  private static Pointer host(MemorySegment segment) {
    return Pointer.to(segment.asByteBuffer());
  }

  @Override
  public int init() {
    return JCudaDriver.cuInit(0);
  }

  @Override
  public int driverVersion(int[] version) {
    return JCudaDriver.cuDriverGetVersion(version);
  }

  @Override
  public int deviceCount(int[] count) {
    return JCudaDriver.cuDeviceGetCount(count);
  }

  @Override
  public int device(CUdevice device, int index) {
    return JCudaDriver.cuDeviceGet(device, index);
  }

  @Override
  public int deviceName(byte[] name, CUdevice device) {
    return JCudaDriver.cuDeviceGetName(name, name.length, device);
  }

  @Override
  public int deviceAttribute(int[] value, int attribute, CUdevice device) {
    return JCudaDriver.cuDeviceGetAttribute(value, attribute, device);
  }

  @Override
  public int totalMemory(long[] bytes, CUdevice device) {
    return JCudaDriver.cuDeviceTotalMem(bytes, device);
  }

  @Override
  public int retainPrimaryContext(CUcontext context, CUdevice device) {
    return JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
  }

  @Override
  public int releasePrimaryContext(CUdevice device) {
    return JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }

  @Override
  public int setCurrent(CUcontext context) {
    return JCudaDriver.cuCtxSetCurrent(context);
  }

  @Override
  public int synchronize() {
    return JCudaDriver.cuCtxSynchronize();
  }

  @Override
  public int keepPool(int index) {
    return foreign.keepPool(index);
  }

  @Override
  public int memoryInfo(long[] free, long[] total) {
    return JCudaDriver.cuMemGetInfo(free, total);
  }

  @Override
  public int allocate(long[] address, long bytes) {
    Address pointer = new Address();
    int status = JCudaDriver.cuMemAlloc(pointer, bytes);
    address[0] = pointer.value();
    return status;
  }

  @Override
  public int free(long address) {
    return JCudaDriver.cuMemFree(at(address));
  }

  @Override
  public int allocateAsync(long[] address, long bytes, CUstream stream) {
    Address pointer = new Address();
    int status = JCudaDriver.cuMemAllocAsync(pointer, bytes, stream);
    address[0] = pointer.value();
    return status;
  }

  @Override
  public int freeAsync(long address, CUstream stream) {
    return JCudaDriver.cuMemFreeAsync(at(address), stream);
  }

  @Override
  public int allocatePinned(MemorySegment[] memory, long bytes) {
    Pointer pointer = new Pointer();
    int status = JCudaDriver.cuMemHostAlloc(pointer, bytes, 0);
    if (status == 0) {
      memory[0] = MemorySegment.ofBuffer(pointer.getByteBuffer(0, bytes));
    }
    return status;
  }

  @Override
  public int freePinned(MemorySegment memory) {
    return JCudaDriver.cuMemFreeHost(host(memory));
  }

  @Override
  public int copyToDevice(long to, MemorySegment from, CUstream stream) {
    return JCudaDriver.cuMemcpyHtoDAsync(at(to), host(from), from.byteSize(), stream);
  }

  @Override
  public int copyToHost(MemorySegment to, long from, CUstream stream) {
    return JCudaDriver.cuMemcpyDtoHAsync(host(to), at(from), to.byteSize(), stream);
  }

  @Override
  public int copyOnDevice(long to, long from, long bytes, CUstream stream) {
    return JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), bytes, stream);
  }

  @Override
  public int fill(long at, byte value, long bytes, CUstream stream) {
    return JCudaDriver.cuMemsetD8Async(at(at), value, bytes, stream);
  }

  @Override
  public int loadModule(CUmodule module, byte[] image) {
    return JCudaDriver.cuModuleLoadData(module, image);
  }

  @Override
  public int unloadModule(CUmodule module) {
    return JCudaDriver.cuModuleUnload(module);
  }

  @Override
  public int function(CUfunction function, CUmodule module, String name) {
    return JCudaDriver.cuModuleGetFunction(function, module, name);
  }

  @Override
  public int functionAttribute(int[] value, int attribute, CUfunction function) {
    return JCudaDriver.cuFuncGetAttribute(value, attribute, function);
  }

  @Override
  public int setFunctionAttribute(CUfunction function, int attribute, int value) {
    return JCudaDriver.cuFuncSetAttribute(function, attribute, value);
  }

  @Override
  public int launch(
      CUfunction function,
      int[] extents,
      int sharedBytes,
      CUstream stream,
      List<byte[]> arguments) {
    Pointer[] params = arguments.stream().map(Pointer::to).toArray(Pointer[]::new);
    return JCudaDriver.cuLaunchKernel(
        function,
        extents[0],
        extents[1],
        extents[2],
        extents[3],
        extents[4],
        extents[5],
        sharedBytes,
        stream,
        Pointer.to(params),
        null);
  }

  @Override
  public int encodeTensorMap(
      byte[] map, int type, long address, long[] shape, long[] strides, int[] box, int swizzle) {
    try (Arena arena = Arena.ofConfined()) {
      // The driver wants the description aligned to 64 bytes.
      MemorySegment encoded = arena.allocate(map.length, 64);
      int status = foreign.encodeTensorMap(encoded, type, address, shape, strides, box, swizzle);
      MemorySegment.ofArray(map).copyFrom(encoded);
      return status;
    }
  }

  @Override
  public int createStream(CUstream stream) {
    return JCudaDriver.cuStreamCreate(stream, CU_STREAM_NON_BLOCKING);
  }

  @Override
  public int destroyStream(CUstream stream) {
    return JCudaDriver.cuStreamDestroy(stream);
  }

  @Override
  public int synchronize(CUstream stream) {
    return JCudaDriver.cuStreamSynchronize(stream);
  }

  @Override
  public int waitFor(CUstream stream, CUevent event) {
    return JCudaDriver.cuStreamWaitEvent(stream, event, 0);
  }

  @Override
  public int createEvent(CUevent event, boolean timed) {
    return JCudaDriver.cuEventCreate(event, timed ? CU_EVENT_DEFAULT : CU_EVENT_DISABLE_TIMING);
  }

  @Override
  public int destroyEvent(CUevent event) {
    return JCudaDriver.cuEventDestroy(event);
  }

  @Override
  public int record(CUevent event, CUstream stream) {
    return JCudaDriver.cuEventRecord(event, stream);
  }

  @Override
  public int await(CUevent event) {
    return JCudaDriver.cuEventSynchronize(event);
  }

  @Override
  public int query(CUevent event) {
    return JCudaDriver.cuEventQuery(event);
  }

  @Override
  public int elapsedMillis(float[] millis, CUevent from, CUevent to) {
    return JCudaDriver.cuEventElapsedTime(millis, from, to);
  }
}
