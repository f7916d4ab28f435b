package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import java.util.List;

/** A tensor: a placeholder, or an output of a computation. */
public final class Tensor {
  private final Operation operation;
  private final int output;
  private final TensorBuffer buffer;

  /** All outputs of the operation, this among them; filled while they are made. */
  private final List<Tensor> siblings;

  Tensor(Operation operation, int output, String name, DType dtype, List<Expr> shape) {
    this(operation, output, name, dtype, shape, List.of());
  }

  Tensor(
      Operation operation,
      int output,
      String name,
      DType dtype,
      List<Expr> shape,
      List<Tensor> siblings) {
    this.operation = operation;
    this.output = output;
    this.siblings = siblings;
    this.buffer = new TensorBuffer(this, name, dtype, shape);
  }

  /** The element at the given indices. */
  public Expr at(Expr... indices) {
    return at(List.of(indices));
  }

  /**
   * The element at the given indices.
   *
   * @throws IllegalArgumentException if they are not as many as the tensor has dimensions
   */
  public Expr at(List<? extends Expr> indices) {
    return new Expr.Load(buffer, List.copyOf(indices));
  }

  /** The element at the given indices of a computation of the same rank. */
  public Expr at(Axes axes) {
    return at(axes.list());
  }

  /** The name. */
  public String name() {
    return buffer.name();
  }

  /** Element type. */
  public DType dtype() {
    return buffer.dtype();
  }

  /** Dimensions, outermost first. */
  public List<Expr> shape() {
    return buffer.shape();
  }

  /** One dimension. */
  public Expr dim(int index) {
    return buffer.shape().get(index);
  }

  /** Number of dimensions. */
  public int rank() {
    return buffer.rank();
  }

  /** Whether this is given from outside. */
  public boolean isPlaceholder() {
    return operation instanceof Operation.Placeholder;
  }

  /** The buffer that {@link #at} loads from; functions get buffers of their own instead of it. */
  public Buffer buffer() {
    return buffer;
  }

  Operation operation() {
    return operation;
  }

  /** Which of the operation's outputs this is. */
  int output() {
    return output;
  }

  /** All outputs of the same operation, in order. */
  List<Tensor> siblings() {
    return List.copyOf(siblings);
  }

  /** Another output of the same reduction, which nobody asked for but which it computes. */
  Tensor sibling(int index) {
    if (!(operation instanceof Operation.Compute compute)) {
      throw new IllegalStateException("'" + name() + "' is not computed");
    }
    DType dtype = compute.expressions().get(index).dtype();
    return new Tensor(operation, index, compute.name() + "_v" + index, dtype, shape());
  }

  @Override
  public String toString() {
    return name() + shape() + " " + dtype();
  }
}
