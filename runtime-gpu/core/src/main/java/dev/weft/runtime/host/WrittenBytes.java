package dev.weft.runtime.host;

import java.util.Objects;

/** Which bytes of a memory anybody has written, for devices that report reads of the others. */
public final class WrittenBytes {
  private final long[] words;
  private final long offset;
  private final long bytes;

  private WrittenBytes(long[] words, long offset, long bytes) {
    this.words = words;
    this.offset = offset;
    this.bytes = bytes;
  }

  /** None of so many bytes. */
  public static WrittenBytes none(long bytes) {
    return new WrittenBytes(new long[Math.toIntExact(Math.ceilDiv(bytes, Long.SIZE))], 0, bytes);
  }

  /** Those of a part of the memory; what is noted in one is noted in the other. */
  public WrittenBytes view(long from, long length) {
    Objects.checkFromIndexSize(from, length, bytes);
    return new WrittenBytes(words, offset + from, length);
  }

  /** Notes that bytes were written. */
  public void add(long from, long length) {
    set(from, length, true);
  }

  /** Forgets that any byte was written. */
  public void clear() {
    set(0, bytes, false);
  }

  /** Whether all of these bytes were written. */
  public boolean contains(long from, long length) {
    Objects.checkFromIndexSize(from, length, bytes);
    long at = offset + from;
    long end = at + length;
    while (at < end) {
      long mask = mask(at, end);
      if ((words[(int) (at / Long.SIZE)] & mask) != mask) {
        return false;
      }
      at += Long.SIZE - at % Long.SIZE;
    }
    return true;
  }

  /** Whether every byte was written. */
  public boolean isComplete() {
    return contains(0, bytes);
  }

  /** Takes over for bytes from here on what is known of as many bytes of another memory. */
  void copy(long to, WrittenBytes from, long fromOffset, long length) {
    for (long i = 0; i < length; i++) {
      set(to + i, 1, from.contains(fromOffset + i, 1));
    }
  }

  private void set(long from, long length, boolean written) {
    Objects.checkFromIndexSize(from, length, bytes);
    long at = offset + from;
    long end = at + length;
    while (at < end) {
      int word = (int) (at / Long.SIZE);
      long mask = mask(at, end);
      words[word] = written ? words[word] | mask : words[word] & ~mask;
      at += Long.SIZE - at % Long.SIZE;
    }
  }

  /** The bits of a word from {@code at} to its end, or to before {@code end}. */
  private static long mask(long at, long end) {
    long count = Math.min(end - at, Long.SIZE - at % Long.SIZE);
    return -1L >>> (Long.SIZE - count) << (at % Long.SIZE);
  }
}
