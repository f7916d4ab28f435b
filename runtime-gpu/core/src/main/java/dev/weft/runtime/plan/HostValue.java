package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;

/** A number that the host needs while it runs a plan: a size, or a condition (true if not 0). */
public sealed interface HostValue {
  /** Computed from sizes. */
  record Expression(IntExpr value) implements HostValue {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /**
   * Read from a tensor on the device, which waits for it.
   *
   * @param buffer an integer or bool tensor
   * @param index the flat row-major position of the element
   */
  record Element(String buffer, IntExpr index) implements HostValue {
    @Override
    public String toString() {
      return buffer + "[" + index + "]";
    }
  }

  /**
   * A dimension of a tensor.
   *
   * @param buffer the tensor
   * @param axis from 0
   */
  record Dimension(String buffer, int axis) implements HostValue {
    @Override
    public String toString() {
      return buffer + ".shape[" + axis + "]";
    }
  }

  /** A computed number. */
  static HostValue of(IntExpr value) {
    return new Expression(value);
  }

  /** The only element of a tensor. */
  static HostValue scalarOf(String buffer) {
    return new Element(buffer, IntExpr.of(0));
  }
}
