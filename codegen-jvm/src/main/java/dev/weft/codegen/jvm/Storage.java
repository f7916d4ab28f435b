package dev.weft.codegen.jvm;

import dev.weft.base.DType;

/** Where the memory behind a pointer variable is, in the method at hand. */
sealed interface Storage {
  /** The local variable's slot. */
  int slot();

  /** A {@code MemorySegment}: what a kernel is given. */
  record Segment(int slot) implements Storage {}

  /** A Java array of a block's or a thread's own memory. */
  record Array(int slot, DType element) implements Storage {}

  /** A local variable: memory of one element. */
  record Variable(int slot, DType element) implements Storage {}
}
