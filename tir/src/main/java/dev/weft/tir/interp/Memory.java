package dev.weft.tir.interp;

import dev.weft.base.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What a pointer points to: bytes, and which elements have been written. */
final class Memory {
  final MemorySegment data;
  final DType element;
  final String name;

  /** Size. */
  final long bytes;

  /** The m, n and k of the matrix operations whose fragments are here; null for other memory. */
  int @Nullable [] tile;

  /** The bytes of one scalar as a power of two. */
  private final int unitShift;

  /** One bit an element; null where the contents count as written from the start. */
  private final long @Nullable [] written;

  private Memory(
      MemorySegment data, long bytes, DType element, String name, long @Nullable [] written) {
    this.data = data;
    this.element = element;
    this.name = name;
    this.bytes = bytes;
    this.unitShift = unitShift(element);
    this.written = written;
  }

  /** Memory of the caller, all of it written. */
  static Memory of(MemorySegment data, DType element, String name) {
    return new Memory(data, data.byteSize(), element, name, null);
  }

  /** New memory, nothing of it written. */
  static Memory allocate(DType element, long count, String name) {
    long bytes = Math.multiplyExact(count, element.bytes());
    MemorySegment data =
        bytes <= 1 << 20
            ? MemorySegment.ofArray(new long[(int) ((bytes + 7) / 8)])
            : Arena.ofAuto().allocate(bytes, 64);
    // A bit for each scalar, or for each byte of scalars of an odd size.
    long units = bytes >> unitShift(element);
    long[] written = new long[Math.toIntExact((units + 63) / 64)];
    return new Memory(data, bytes, element, name, written);
  }

  private static int unitShift(DType element) {
    return Integer.numberOfTrailingZeros(Math.max(1, element.bytes() / element.lanes()));
  }

  boolean isWritten(long byteOffset, int bytes) {
    long[] bits = written;
    if (bits == null) {
      return true;
    }
    long end = (byteOffset + bytes - 1) >> unitShift;
    for (long i = byteOffset >> unitShift; i <= end; i++) {
      if ((bits[(int) (i >> 6)] & 1L << i) == 0) {
        return false;
      }
    }
    return true;
  }

  void markWritten(long byteOffset, int bytes) {
    long[] bits = written;
    if (bits == null) {
      return;
    }
    long end = (byteOffset + bytes - 1) >> unitShift;
    for (long i = byteOffset >> unitShift; i <= end; i++) {
      bits[(int) (i >> 6)] |= 1L << i;
    }
  }
}
