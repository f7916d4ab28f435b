package dev.weft.cli.bench;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.PrimFunc;
import java.util.List;

/**
 * What is measured.
 *
 * @param title for people
 * @param function the computation, unscheduled; its last parameter is the result
 * @param inputs the operands
 * @param like a tensor of the result's type and shape
 * @param flops operations of a run
 * @param bytes memory traffic of a run if everything is read and written once
 * @param sumLength terms of the sum that an element of the result is
 * @param reference what is right
 */
public record Workload(
    String title,
    PrimFunc function,
    List<Tensor> inputs,
    Tensor like,
    double flops,
    double bytes,
    long sumLength,
    Reference reference)
    implements AutoCloseable {
  /** The result's elements, worked out plainly in double precision (integers: exactly). */
  @FunctionalInterface
  public interface Reference {
    /** The element at a flat position. */
    double at(long position);
  }

  /** Copies the list. */
  public Workload {
    inputs = List.copyOf(inputs);
  }

  /** The type of operands and result. */
  public DType dtype() {
    return like.dtype();
  }

  @Override
  public void close() {
    inputs.forEach(Tensor::close);
    like.close();
  }
}
