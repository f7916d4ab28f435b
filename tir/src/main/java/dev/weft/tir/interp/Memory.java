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

  /** One bit an element; null where the contents count as written from the start. */
  private final long @Nullable [] written;

  private Memory(MemorySegment data, DType element, String name, long @Nullable [] written) {
    this.data = data;
    this.element = element;
    this.name = name;
    this.written = written;
  }

  /** Memory of the caller, all of it written. */
  static Memory of(MemorySegment data, DType element, String name) {
    return new Memory(data, element, name, null);
  }

  /** New memory, nothing of it written. */
  static Memory allocate(DType element, long count, String name) {
    long bytes = Math.multiplyExact(count, element.bytes());
    MemorySegment data =
        bytes <= 1 << 20
            ? MemorySegment.ofArray(new long[(int) ((bytes + 7) / 8)])
            : Arena.ofAuto().allocate(bytes, 64);
    long scalars = count * element.lanes();
    return new Memory(data, element, name, new long[Math.toIntExact((scalars + 63) / 64)]);
  }

  /** Number of scalar elements. */
  long scalars() {
    return data.byteSize() / (element.bytes() / element.lanes());
  }

  boolean isWritten(long byteOffset, int bytes) {
    long[] bits = written;
    if (bits == null) {
      return true;
    }
    int unit = element.bytes() / element.lanes();
    for (long i = byteOffset / unit; i * unit < byteOffset + bytes; i++) {
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
    int unit = element.bytes() / element.lanes();
    for (long i = byteOffset / unit; i * unit < byteOffset + bytes; i++) {
      bits[(int) (i >> 6)] |= 1L << i;
    }
  }
}
