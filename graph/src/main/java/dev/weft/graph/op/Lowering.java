package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of an operator that is being turned into tensor expressions: its operands as things that
 * elements can be read from, and its sizes as TensorIR expressions.
 */
public final class Lowering {
  /** What an operand is read from. */
  public sealed interface Source {
    /** A tensor of the function. */
    record Stage(Tensor tensor) implements Source {}

    /** A buffer of the function that is being written. */
    record Memory(Buffer buffer) implements Source {}

    /** A constant of one element, which becomes a number in the code. */
    record Scalar(Expr value) implements Source {}
  }

  private final List<TensorType> types;
  private final List<Source> sources;
  private final List<TensorType> results;
  private final SizeVars sizes;

  /**
   * @param types the operands' types
   * @param sources what the operands are read from
   * @param results the types that the operator's rule gives
   * @param sizes the variables that symbolic sizes stand for
   */
  public Lowering(
      List<TensorType> types, List<Source> sources, List<TensorType> results, SizeVars sizes) {
    this.types = List.copyOf(types);
    this.sources = List.copyOf(sources);
    this.results = List.copyOf(results);
    this.sizes = sizes;
  }

  /** Number of operands. */
  public int count() {
    return sources.size();
  }

  /** An operand's type. */
  public TensorType type(int operand) {
    return types.get(operand);
  }

  /** The type of the result; of the first one if there are several. */
  public TensorType result() {
    return results.get(0);
  }

  /** The type of one of several results. */
  public TensorType result(int index) {
    return results.get(index);
  }

  /** The result's dimensions; those of the first one if there are several. */
  public List<Expr> shape() {
    return shape(0);
  }

  /** The dimensions of one of several results. */
  public List<Expr> shape(int index) {
    return exprs(result(index).shape());
  }

  /** An operand's dimension. */
  public Expr dim(int operand, int axis) {
    return expr(type(operand).dim(axis));
  }

  /** A size as an expression. */
  public Expr expr(IntExpr size) {
    return sizes.expr(size);
  }

  /** Sizes as expressions. */
  public List<Expr> exprs(Shape shape) {
    return shape.dims().stream().map(this::expr).toList();
  }

  /** A constant of the type that indices have. */
  public Expr index(long value) {
    return Expr.imm(sizes.indexType(), value);
  }

  /** An operand as a tensor, for computations that don't read it element by element. */
  public Tensor tensor(int operand) {
    return switch (sources.get(operand)) {
      case Source.Stage(Tensor tensor) -> tensor;
      case Source.Memory(Buffer buffer) ->
          throw new IllegalStateException("'" + buffer.name() + "' is no tensor any more");
      case Source.Scalar(Expr value) ->
          Te.compute("constant", exprs(type(operand).shape()), axes -> value);
    };
  }

  /** An element of an operand. */
  public Expr at(int operand, List<? extends Expr> indices) {
    return switch (sources.get(operand)) {
      case Source.Stage(Tensor tensor) -> tensor.at(indices);
      case Source.Memory(Buffer buffer) -> new Expr.Load(buffer, List.copyOf(indices));
      case Source.Scalar(Expr value) -> value;
    };
  }

  /**
   * The element of an operand that belongs to an element of the result, which it is broadcast to:
   * the last indices count, and dimensions of size 1 are read at 0. Where only the run shows
   * whether a dimension is 1, the code asks.
   */
  public Expr broadcastAt(int operand, List<? extends Expr> indices) {
    TensorType type = type(operand);
    int offset = indices.size() - type.rank();
    List<Expr> own = new ArrayList<>();
    for (int i = 0; i < type.rank(); i++) {
      own.add(broadcastIndex(type.dim(i), result().dim(offset + i), indices.get(offset + i)));
    }
    return at(operand, own);
  }

  private Expr broadcastIndex(IntExpr own, IntExpr whole, Expr index) {
    if (SizeAlgebra.equal(own, whole)) {
      return index;
    }
    Long size = SizeAlgebra.constant(own);
    if (size != null) {
      return size == 1 ? index(0) : index;
    }
    return new Expr.Select(Expr.eq(expr(own), index(1)), index(0), index);
  }

  /** The same call with its operands read from buffers, for the statements of {@code pointwise}. */
  Lowering reading(List<Buffer> buffers) {
    List<Source> loaded = new ArrayList<>();
    buffers.forEach(buffer -> loaded.add(new Source.Memory(buffer)));
    return new Lowering(types, loaded, results, sizes);
  }
}
