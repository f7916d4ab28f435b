package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import java.lang.foreign.MemorySegment;

/**
 * A place in memory, as an external function gets it.
 *
 * <p>{@code T.access_ptr} and {@code T.address_of} give these.
 */
public final class Pointer {
  final Memory memory;
  final long byteOffset;

  Pointer(Memory memory, long byteOffset) {
    this.memory = memory;
    this.byteOffset = byteOffset;
  }

  /**
   * A pointer to the first of some elements in the caller's memory; as an argument for a buffer it
   * stands for memory of the buffer's declared shape.
   */
  public static Pointer of(DType element, MemorySegment data) {
    return new Pointer(Memory.of(data, element, "argument"), 0);
  }

  /** The type of the elements of the memory pointed into. */
  public DType element() {
    return memory.element;
  }

  /** The value {@code index} elements behind the pointer. */
  public double get(long index) {
    long at = byteOffset + index * memory.element.bytes();
    return memory.element.isFloat()
        ? Scalars.getFloat(memory.element, memory.data, at)
        : Scalars.getInt(memory.element, memory.data, at);
  }

  /** Sets the value {@code index} elements behind the pointer. */
  public void set(long index, double value) {
    long at = byteOffset + index * memory.element.bytes();
    if (memory.element.isFloat()) {
      Scalars.setFloat(memory.element, memory.data, at, value);
    } else {
      Scalars.setInt(memory.element, memory.data, at, (long) value);
    }
    memory.markWritten(at, memory.element.bytes());
  }
}
