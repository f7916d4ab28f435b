package dev.weft.runtime;

/** The value of one kernel parameter at a launch. */
public sealed interface KernelArgument {
  /** Device memory; it must belong to the device that launches. */
  record Buffer(DeviceBuffer buffer) implements KernelArgument {}

  /** A number, converted to the parameter's dtype (integers wrap, floats round). */
  record Scalar(Number value) implements KernelArgument {}

  /** A buffer as an argument. */
  static KernelArgument of(DeviceBuffer buffer) {
    return new Buffer(buffer);
  }

  /** A number as an argument. */
  static KernelArgument of(Number value) {
    return new Scalar(value);
  }
}
