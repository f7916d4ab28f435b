package dev.weft.base;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A dense, row-major tensor in host memory. {@link #close} frees what {@link #allocate} took; a
 * tensor that is dropped without it is freed by a cleaner. A closed tensor's data may no longer be
 * touched.
 */
public final class Tensor implements AutoCloseable {
  /** Alignment of allocated data in bytes. */
  public static final long ALIGNMENT = 64;

  private static final Cleaner CLEANER = Cleaner.create();

  private final DType dtype;
  private final long[] shape;
  private final MemorySegment data;
  private Cleaner.@Nullable Cleanable cleanable;
  private @Nullable Tensor owner;

  private Tensor(DType dtype, long[] shape, MemorySegment data) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  private static long checkedElements(long[] shape) {
    long elements = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      elements = Math.multiplyExact(elements, dim);
    }
    return elements;
  }

  /** A new tensor of zeros, aligned to {@value #ALIGNMENT} bytes. */
  public static Tensor allocate(DType dtype, long... shape) {
    long[] dims = shape.clone();
    long bytes = Math.multiplyExact(checkedElements(dims), dtype.bytes());
    Arena arena = Arena.ofShared();
    MemorySegment data = arena.allocate(Math.max(bytes, 1), ALIGNMENT).asSlice(0, bytes);
    Tensor tensor = new Tensor(dtype, dims, data);
    tensor.cleanable = CLEANER.register(tensor, arena::close);
    return tensor;
  }

  /**
   * A tensor over existing memory, which stays the caller's.
   *
   * @throws IllegalArgumentException if the segment has not exactly the bytes of the shape
   */
  public static Tensor wrap(DType dtype, MemorySegment data, long... shape) {
    long[] dims = shape.clone();
    long bytes = Math.multiplyExact(checkedElements(dims), dtype.bytes());
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "a "
              + dtype
              + Arrays.toString(dims)
              + " takes "
              + bytes
              + " bytes, the segment has "
              + data.byteSize());
    }
    return new Tensor(dtype, dims, data);
  }

  /** A float32 tensor with the given elements. */
  public static Tensor of(float[] values, long... shape) {
    return copied(DType.FLOAT32, MemorySegment.ofArray(values), values.length, shape);
  }

  /** A float64 tensor with the given elements. */
  public static Tensor of(double[] values, long... shape) {
    return copied(DType.FLOAT64, MemorySegment.ofArray(values), values.length, shape);
  }

  /** An int32 tensor with the given elements. */
  public static Tensor of(int[] values, long... shape) {
    return copied(DType.INT32, MemorySegment.ofArray(values), values.length, shape);
  }

  /** An int64 tensor with the given elements. */
  public static Tensor of(long[] values, long... shape) {
    return copied(DType.INT64, MemorySegment.ofArray(values), values.length, shape);
  }

  private static Tensor copied(DType dtype, MemorySegment source, long count, long[] shape) {
    Tensor tensor = allocate(dtype, shape);
    if (tensor.elements() != count) {
      tensor.close();
      throw new IllegalArgumentException(
          count + " values don't fill the shape " + Arrays.toString(shape));
    }
    tensor.data.copyFrom(source);
    return tensor;
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** The dimensions, outermost first (a copy). */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** Number of elements. */
  public long elements() {
    return checkedElements(shape);
  }

  /** Number of bytes. */
  public long bytes() {
    return data.byteSize();
  }

  /** The elements, row-major, in native byte order. */
  public MemorySegment data() {
    return data;
  }

  /** The same memory under another shape of as many elements; the memory stays this tensor's. */
  public Tensor reshaped(long... newShape) {
    Tensor view = wrap(dtype, data, newShape);
    view.owner = this;
    return view;
  }

  /** The tensor whose memory this one is a view of, kept reachable by it; null for none. */
  public @Nullable Tensor owner() {
    return owner;
  }

  /** A copy with memory of its own. */
  public Tensor copy() {
    Tensor result = allocate(dtype, shape);
    result.data.copyFrom(data);
    return result;
  }

  /** The element at a flat row-major position as a double, whatever the dtype. */
  public double getDouble(long position) {
    long offset = position * dtype.bytes();
    if (dtype.isFloat()) {
      return Scalars.getFloat(dtype, data, offset);
    }
    long value = Scalars.getInt(dtype, data, offset);
    boolean huge = dtype.code() == DType.Code.UINT && value < 0;
    return huge ? (value >>> 1) * 2.0 + (value & 1) : value;
  }

  /** Sets an element from a double, rounded to a float dtype, truncated to an integer one. */
  public void setDouble(long position, double value) {
    long offset = position * dtype.bytes();
    if (dtype.isFloat()) {
      Scalars.setFloat(dtype, data, offset, value);
    } else {
      Scalars.setInt(dtype, data, offset, (long) value);
    }
  }

  /** The element at a flat position as a long; floating-point values are truncated. */
  public long getLong(long position) {
    long offset = position * dtype.bytes();
    return dtype.isFloat()
        ? (long) Scalars.getFloat(dtype, data, offset)
        : Scalars.getInt(dtype, data, offset);
  }

  /** Sets an element from a long. */
  public void setLong(long position, long value) {
    long offset = position * dtype.bytes();
    if (dtype.isFloat()) {
      Scalars.setFloat(dtype, data, offset, (double) value);
    } else {
      Scalars.setInt(dtype, data, offset, value);
    }
  }

  /** All elements as float, rounded where the dtype is wider. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) getDouble(i);
    }
    return values;
  }

  /** All elements as long; floating-point values are truncated. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = getLong(i);
    }
    return values;
  }

  /** Frees the memory if this tensor allocated it; a second call does nothing. */
  @Override
  public void close() {
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
