package dev.weft.runtime.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/**
 * A driver of one device in host memory, with 64 MiB, whose streams do everything at once. A module
 * may have the functions {@code add} (C = A + B of {@code n} floats) and {@code crash}.
 */
final class HostDriver implements CudaDriver {
  static final long CAPACITY = 64L << 20;

  /** Memory that is allocated, by its address. */
  final Map<Long, MemorySegment> memory = new HashMap<>();

  /** Names of the functions, and what each is allowed of dynamic shared memory. */
  final Map<CUfunction, String> functions = new IdentityHashMap<>();

  final Map<String, Integer> dynamicShared = new HashMap<>();

  /** Streams and events that exist. */
  final Set<Object> live = Collections.newSetFromMap(new IdentityHashMap<>());

  final List<String> launches = new ArrayList<>();

  /** What the last launch passed. */
  final List<byte[]> lastArguments = new ArrayList<>();

  /** How often the primary context is retained. */
  int retained;

  /** What every call about the past answers once a kernel has crashed. */
  private int failure = CUresult.CUDA_SUCCESS;

  private boolean hasContext;
  private long used;

  @Override
  public int init() {
    return 0;
  }

  @Override
  public int driverVersion(int[] version) {
    version[0] = 12090;
    return 0;
  }

  @Override
  public int deviceCount(int[] count) {
    count[0] = 1;
    return 0;
  }

  @Override
  public int device(CUdevice device, int index) {
    return index == 0 ? 0 : CUresult.CUDA_ERROR_INVALID_DEVICE;
  }

  @Override
  public int deviceName(byte[] name, CUdevice device) {
    byte[] text = "Host GPU".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, name, 0, text.length);
    return 0;
  }

  @Override
  public int deviceAttribute(int[] value, int attribute, CUdevice device) {
    value[0] =
        switch (attribute) {
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK,
              CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X,
              CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y ->
              1024;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z -> 64;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN ->
              227 << 10;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE -> 32;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT -> 132;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE -> 1_980_000;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR -> 9;
          case CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED -> 1;
          default -> 0;
        };
    return 0;
  }

  @Override
  public int totalMemory(long[] bytes, CUdevice device) {
    bytes[0] = CAPACITY;
    return 0;
  }

  @Override
  public int retainPrimaryContext(CUcontext context, CUdevice device) {
    retained++;
    return 0;
  }

  @Override
  public int releasePrimaryContext(CUdevice device) {
    retained--;
    return 0;
  }

  @Override
  public int setCurrent(CUcontext context) {
    hasContext = true;
    return 0;
  }

  private int state() {
    return hasContext ? failure : CUresult.CUDA_ERROR_INVALID_CONTEXT;
  }

  @Override
  public int synchronize() {
    return state();
  }

  @Override
  public int keepPool(int index) {
    return 0;
  }

  @Override
  public int memoryInfo(long[] free, long[] total) {
    free[0] = CAPACITY - used;
    total[0] = CAPACITY;
    return 0;
  }

  @Override
  public synchronized int allocate(long[] address, long bytes) {
    if (used + bytes > CAPACITY) {
      return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }
    MemorySegment segment = Arena.ofAuto().allocate(bytes, 256);
    used += bytes;
    address[0] = segment.address();
    memory.put(segment.address(), segment);
    return state();
  }

  @Override
  public synchronized int free(long address) {
    MemorySegment segment = memory.remove(address);
    if (segment == null) {
      return CUresult.CUDA_ERROR_INVALID_VALUE;
    }
    used -= segment.byteSize();
    return 0;
  }

  @Override
  public int allocateAsync(long[] address, long bytes, CUstream stream) {
    return live.contains(stream) ? allocate(address, bytes) : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int freeAsync(long address, CUstream stream) {
    return live.contains(stream) ? free(address) : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int allocatePinned(MemorySegment[] pinned, long bytes) {
    pinned[0] = Arena.ofAuto().allocate(bytes, 4096);
    live.add(pinned[0].address());
    return 0;
  }

  @Override
  public int freePinned(MemorySegment pinned) {
    return 0;
  }

  /** The memory from an address on, if it is allocated. */
  private synchronized MemorySegment at(long address, long bytes) {
    for (MemorySegment segment : memory.values()) {
      long offset = address - segment.address();
      if (offset >= 0 && offset + bytes <= segment.byteSize()) {
        return segment.asSlice(offset, bytes);
      }
    }
    throw new AssertionError("no memory at " + address);
  }

  @Override
  public int copyToDevice(long to, MemorySegment from, CUstream stream) {
    at(to, from.byteSize()).copyFrom(from);
    return state();
  }

  @Override
  public int copyToHost(MemorySegment to, long from, CUstream stream) {
    to.copyFrom(at(from, to.byteSize()));
    return state();
  }

  @Override
  public int copyOnDevice(long to, long from, long bytes, CUstream stream) {
    at(to, bytes).copyFrom(at(from, bytes));
    return state();
  }

  @Override
  public int fill(long at, byte value, long bytes, CUstream stream) {
    at(at, bytes).fill(value);
    return state();
  }

  @Override
  public int loadModule(CUmodule module, byte[] image) {
    return image[0] == 0x7f ? state() : CUresult.CUDA_ERROR_INVALID_IMAGE;
  }

  @Override
  public int unloadModule(CUmodule module) {
    return 0;
  }

  @Override
  public int function(CUfunction function, CUmodule module, String name) {
    if (!Set.of("add", "crash").contains(name)) {
      return CUresult.CUDA_ERROR_NOT_FOUND;
    }
    functions.put(function, name);
    return 0;
  }

  @Override
  public int functionAttribute(int[] value, int attribute, CUfunction function) {
    value[0] = attribute == CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK ? 512 : 40;
    return 0;
  }

  @Override
  public int setFunctionAttribute(CUfunction function, int attribute, int value) {
    dynamicShared.put(functions.get(function), value);
    return value <= 227 << 10 ? 0 : CUresult.CUDA_ERROR_INVALID_VALUE;
  }

  @Override
  public int launch(
      CUfunction function,
      int[] extents,
      int sharedBytes,
      CUstream stream,
      List<byte[]> arguments) {
    String name = Objects.requireNonNull(functions.get(function));
    launches.add(name);
    lastArguments.clear();
    lastArguments.addAll(arguments);
    if (name.equals("crash")) {
      // As on a device: the launch itself is fine.
      failure = CUresult.CUDA_ERROR_ILLEGAL_ADDRESS;
      return 0;
    }
    long[] pointers = new long[3];
    for (int i = 0; i < 3; i++) {
      pointers[i] = ByteBuffer.wrap(arguments.get(i)).order(ByteOrder.nativeOrder()).getLong();
    }
    int n = ByteBuffer.wrap(arguments.get(3)).order(ByteOrder.nativeOrder()).getInt();
    MemorySegment a = at(pointers[0], 4L * n);
    MemorySegment b = at(pointers[1], 4L * n);
    MemorySegment c = at(pointers[2], 4L * n);
    for (int i = 0; i < n; i++) {
      float sum = a.getAtIndex(ValueLayout.JAVA_FLOAT, i) + b.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      c.setAtIndex(ValueLayout.JAVA_FLOAT, i, sum);
    }
    return state();
  }

  /** Puts what it is told into the description, as numbers. */
  @Override
  public int encodeTensorMap(
      byte[] map, int type, long address, long[] shape, long[] strides, int[] box, int swizzle) {
    ByteBuffer numbers = ByteBuffer.wrap(map).order(ByteOrder.nativeOrder());
    numbers.putLong(address).putInt(type).putInt(swizzle);
    for (int d = 0; d < shape.length; d++) {
      numbers.putLong(shape[d]).putLong(d == 0 ? 0 : strides[d - 1]).putInt(box[d]);
    }
    return 0;
  }

  @Override
  public int createStream(CUstream stream) {
    live.add(stream);
    return 0;
  }

  @Override
  public int destroyStream(CUstream stream) {
    return live.remove(stream) ? 0 : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int synchronize(CUstream stream) {
    return live.contains(stream) ? state() : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int waitFor(CUstream stream, CUevent event) {
    return live.contains(event) ? 0 : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int createEvent(CUevent event, boolean timed) {
    live.add(event);
    return 0;
  }

  @Override
  public int destroyEvent(CUevent event) {
    return live.remove(event) ? 0 : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int record(CUevent event, CUstream stream) {
    return live.contains(event) && live.contains(stream) ? 0 : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  @Override
  public int await(CUevent event) {
    return state();
  }

  @Override
  public int query(CUevent event) {
    return state();
  }

  @Override
  public int elapsedMillis(float[] millis, CUevent from, CUevent to) {
    millis[0] = 0.25f;
    return live.contains(from) && live.contains(to) ? 0 : CUresult.CUDA_ERROR_INVALID_HANDLE;
  }

  /** Streams and events that nobody destroyed. */
  Set<Object> left() {
    Set<Object> rest = new HashSet<>(live);
    rest.removeIf(Long.class::isInstance);
    return rest;
  }
}
