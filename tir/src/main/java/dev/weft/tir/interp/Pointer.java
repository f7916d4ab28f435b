package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import java.lang.foreign.MemorySegment;

/**
 * A place in memory, as an external function gets it.
 *
 * <p>{@code T.access_ptr} and {@code T.address_of} give these. What is read and written through it
 * is checked as the program's own accesses are: it must be within the memory, and be written before
 * it is read.
 */
public final class Pointer {
  final Memory memory;
  final long byteOffset;
  private final DType element;

  Pointer(Memory memory, long byteOffset, DType element) {
    this.memory = memory;
    this.byteOffset = byteOffset;
    this.element = element.scalar();
  }

  /**
   * A pointer to the first of some elements in the caller's memory; as an argument for a buffer it
   * stands for memory of the buffer's declared shape.
   */
  public static Pointer of(DType element, MemorySegment data) {
    return new Pointer(Memory.of(data, element, "argument"), 0, element);
  }

  /** The type of the elements pointed to. */
  public DType element() {
    return element;
  }

  /** The pointer {@code elements} further on. */
  public Pointer plus(long elements) {
    return new Pointer(memory, byteOffset + elements * element.bytes(), element);
  }

  /**
   * The value {@code index} elements behind the pointer; 64-bit integers beyond 2<sup>53</sup> are
   * rounded, {@link #getLong} gives them exactly.
   *
   * @throws InterpreterException if it is outside of the memory or has not been written
   */
  public double get(long index) {
    long at = readable(index);
    return element.isFloat()
        ? Scalars.getFloat(element, memory.data, at)
        : IntMath.toDouble(element, Scalars.getInt(element, memory.data, at));
  }

  /**
   * The integer {@code index} elements behind the pointer.
   *
   * @throws InterpreterException if it is outside of the memory or has not been written
   */
  public long getLong(long index) {
    return Scalars.getInt(element, memory.data, readable(index));
  }

  /**
   * Sets the value {@code index} elements behind the pointer, rounded or wrapped to its type.
   *
   * @throws InterpreterException if it is outside of the memory
   */
  public void set(long index, double value) {
    long at = inside(index);
    if (element.isFloat()) {
      Scalars.setFloat(element, memory.data, at, value);
    } else {
      Scalars.setInt(element, memory.data, at, (long) value);
    }
    memory.markWritten(at, element.bytes());
  }

  /**
   * Sets the integer {@code index} elements behind the pointer, wrapped to its type.
   *
   * @throws InterpreterException if it is outside of the memory
   */
  public void setLong(long index, long value) {
    long at = inside(index);
    Scalars.setInt(element, memory.data, at, value);
    memory.markWritten(at, element.bytes());
  }

  private long readable(long index) {
    long at = inside(index);
    if (!memory.isWritten(at, element.bytes())) {
      throw new InterpreterException(
          "element " + index + " behind a pointer into '" + memory.name + "' has not been written",
          "",
          "write the element before it is read");
    }
    return at;
  }

  private long inside(long index) {
    long at = byteOffset + index * element.bytes();
    if (at < 0 || at + element.bytes() > memory.bytes) {
      throw new InterpreterException(
          "element "
              + index
              + " behind a pointer to byte "
              + byteOffset
              + " of '"
              + memory.name
              + "' is outside of its "
              + memory.bytes
              + " bytes",
          "",
          "check the offsets and the extents of the call");
    }
    return at;
  }
}
