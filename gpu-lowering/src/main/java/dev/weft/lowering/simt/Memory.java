package dev.weft.lowering.simt;

import dev.weft.base.DType;

/**
 * Memory that a kernel's buffers are views of. Elements are found by the byte at which they begin;
 * each access is checked, and one that must not be carried out is not.
 */
abstract class Memory {
  /** What the kernel calls the memory. */
  final String name;

  Memory(String name) {
    this.name = name;
  }

  /** The size in bytes that a thread can reach. */
  abstract long bytes();

  /** Whether {@code bytes} from {@code at} may be read by the thread; if not, it is noted why. */
  abstract boolean beginRead(long at, int bytes, int thread, Site site);

  /** Reads a floating-point element after {@link #beginRead}. */
  abstract double getFloat(DType dtype, long at, int thread);

  /** Reads an integer after {@link #beginRead}. */
  abstract long getInt(DType dtype, long at, int thread);

  /** Writes a floating-point element; whatever is wrong with that is noted. */
  abstract void setFloat(DType dtype, long at, int thread, double value, Site site, boolean atomic);

  /** Writes an integer; whatever is wrong with that is noted. */
  abstract void setInt(DType dtype, long at, int thread, long value, Site site, boolean atomic);
}
