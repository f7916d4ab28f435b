package dev.weft.runtime;

import dev.weft.base.DType;

/** One parameter of a kernel, in the order of the kernel's signature. */
public sealed interface KernelParam {
  /** The name in the kernel's source. */
  String name();

  /** The element type of a buffer, the type of a scalar. */
  DType dtype();

  /** A pointer into global device memory. */
  record Buffer(String name, DType dtype, Access access) implements KernelParam {}

  /** A number that is passed by value. */
  record Scalar(String name, DType dtype) implements KernelParam {}

  /** What a kernel does with a buffer. */
  enum Access {
    /** Reads only. */
    READ,
    /** Writes every element that it touches before any read. */
    WRITE,
    /** Reads and writes. */
    READ_WRITE
  }
}
