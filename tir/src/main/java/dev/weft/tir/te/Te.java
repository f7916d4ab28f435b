package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors and functions of them.
 *
 * <pre>{@code
 * Tensor a = Te.placeholder("A", FLOAT32, 128, 64);
 * Tensor b = Te.placeholder("B", FLOAT32, 64, 32);
 * ReduceAxis k = Te.reduceAxis(64, "k");
 * Tensor c = Te.reduce("C", List.of(a.dim(0), b.dim(1)), i ->
 *     Te.sum(Expr.mul(a.at(i.get(0), k.var()), b.at(k.var(), i.get(1))), k));
 * PrimFunc matmul = Te.primFunc("main", a, b, c);
 * }</pre>
 *
 * <p>{@code compute} takes elements, {@code reduce} takes reductions, so that the compiler sees to
 * it that a reduction is not buried in an expression.
 */
public final class Te {
  /**
   * Annotation of a computation: its inputs (a list of {@link Tensor#buffer()}s) that may be laid
   * out anew before the function is called, such as weights; it becomes the function's attribute
   * {@link #LAYOUT_FREE_BUFFERS}.
   */
  public static final String LAYOUT_FREE_PLACEHOLDERS = "layout_free_placeholders";

  /** Attribute of a function: the positions of the parameters that may be laid out anew. */
  public static final String LAYOUT_FREE_BUFFERS = "layout_free_buffers";

  private Te() {}

  /** A tensor given from outside, of constant int32 dimensions. */
  public static Tensor placeholder(String name, DType dtype, long... shape) {
    return placeholder(name, dtype, Expr.int32s(shape));
  }

  /** A tensor given from outside; its dimensions are int32 or int64 and may be symbolic. */
  public static Tensor placeholder(String name, DType dtype, List<? extends Expr> shape) {
    return new Tensor(new Operation.Placeholder(name), 0, name, dtype, List.copyOf(shape));
  }

  /** An axis {@code [0, extent)} for reductions. */
  public static ReduceAxis reduceAxis(long extent, String name) {
    return reduceAxis(Expr.int32(extent), name);
  }

  /** An axis {@code [0, extent)} for reductions, in the extent's type. */
  public static ReduceAxis reduceAxis(Expr extent, String name) {
    return reduceAxis(Range.upTo(extent), name);
  }

  /** An axis for reductions. */
  public static ReduceAxis reduceAxis(Range range, String name) {
    return new ReduceAxis(Var.of(name, range.extent().dtype()), range);
  }

  /** A tensor computed element by element. */
  public static Tensor compute(
      String name, List<? extends Expr> shape, Function<Axes, ? extends Expr> body) {
    return compute(name, shape, List.of(), Map.of(), body);
  }

  /**
   * A tensor computed element by element.
   *
   * @param axisNames what the block's axes are called; empty for v0, v1, …
   * @param annotations of the block
   */
  public static Tensor compute(
      String name,
      List<? extends Expr> shape,
      List<String> axisNames,
      Map<String, AttrValue> annotations,
      Function<Axes, ? extends Expr> body) {
    return computeAll(name, shape, axisNames, annotations, axes -> List.of(body.apply(axes)))
        .get(0);
  }

  /**
   * Several tensors of one shape, computed element by element in one nest of loops, with a block
   * for each.
   */
  public static List<Tensor> computeAll(
      String name,
      List<? extends Expr> shape,
      List<String> axisNames,
      Map<String, AttrValue> annotations,
      Function<Axes, ? extends List<? extends Expr>> body) {
    Axes axes = axes(shape, axisNames);
    List<Expr> values = List.copyOf(body.apply(axes));
    return outputs(new Operation.Compute(name, axes, values, null, annotations), values, shape);
  }

  /** A tensor whose elements are reductions. */
  public static Tensor reduce(
      String name, List<? extends Expr> shape, Function<Axes, Reduction> body) {
    return reduce(name, shape, List.of(), Map.of(), body);
  }

  /** A tensor whose elements are reductions; see {@link #compute} for the parameters. */
  public static Tensor reduce(
      String name,
      List<? extends Expr> shape,
      List<String> axisNames,
      Map<String, AttrValue> annotations,
      Function<Axes, Reduction> body) {
    List<Tensor> tensors = reduceAll(name, shape, axisNames, annotations, body);
    if (tensors.size() != 1) {
      throw new IllegalArgumentException(
          "'" + name + "' has " + tensors.size() + " outputs; use Te.reduceAll");
    }
    return tensors.get(0);
  }

  /** The tensors of a reduction of tuples, one for each component. */
  public static List<Tensor> reduceAll(
      String name, List<? extends Expr> shape, Function<Axes, Reduction> body) {
    return reduceAll(name, shape, List.of(), Map.of(), body);
  }

  /** The tensors of a reduction of tuples, one for each component. */
  public static List<Tensor> reduceAll(
      String name,
      List<? extends Expr> shape,
      List<String> axisNames,
      Map<String, AttrValue> annotations,
      Function<Axes, Reduction> body) {
    Axes axes = axes(shape, axisNames);
    Reduction reduction = body.apply(axes);
    Operation operation = new Operation.Compute(name, axes, List.of(), reduction, annotations);
    return outputs(operation, reduction.values(), shape);
  }

  /**
   * Tensors that a statement of the caller's computes, such as one that calls a library.
   *
   * @param shapes of the outputs
   * @param dtypes of the outputs
   * @param inputs what is read
   * @param body makes the statement from the inputs' and the outputs' buffers
   */
  public static List<Tensor> extern(
      String name,
      List<? extends List<? extends Expr>> shapes,
      List<DType> dtypes,
      List<Tensor> inputs,
      BiFunction<List<Buffer>, List<Buffer>, Stmt> body) {
    if (shapes.isEmpty() || shapes.size() != dtypes.size()) {
      throw new IllegalArgumentException(
          "extern '"
              + name
              + "' has "
              + shapes.size()
              + " shapes and "
              + dtypes.size()
              + " dtypes");
    }
    Operation operation = new Operation.Extern(name, List.copyOf(inputs), body);
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      outputs.add(
          new Tensor(
              operation,
              i,
              outputName(name, i, shapes.size()),
              dtypes.get(i),
              List.copyOf(shapes.get(i))));
    }
    return List.copyOf(outputs);
  }

  /**
   * Tensors that a statement of the caller's computes for each point of a domain: what is no
   * formula for an element, such as a running sum, which is a loop for each row. Each point gets a
   * block, and they may be carried out in any order or at once, so no two may write the same
   * element.
   *
   * @param extents of the domain's axes; none for a single point
   * @param shapes of the outputs
   * @param dtypes of the outputs
   * @param inputs what is read
   * @param body makes the statement
   */
  public static List<Tensor> pointwise(
      String name,
      List<? extends Expr> extents,
      List<? extends List<? extends Expr>> shapes,
      List<DType> dtypes,
      List<Tensor> inputs,
      PointBody body) {
    if (shapes.isEmpty() || shapes.size() != dtypes.size()) {
      throw new IllegalArgumentException(
          "pointwise '"
              + name
              + "' has "
              + shapes.size()
              + " shapes and "
              + dtypes.size()
              + " dtypes");
    }
    Operation operation =
        new Operation.Pointwise(
            name, axes(extents, List.of()), List.copyOf(extents), List.copyOf(inputs), body);
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      outputs.add(
          new Tensor(
              operation,
              i,
              outputName(name, i, shapes.size()),
              dtypes.get(i),
              List.copyOf(shapes.get(i)),
              outputs));
    }
    return List.copyOf(outputs);
  }

  /** The sum over the axes. */
  public static Reduction sum(Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.SUM, List.of(value), List.of(axes));
  }

  /** The product over the axes. */
  public static Reduction prod(Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.PROD, List.of(value), List.of(axes));
  }

  /** The largest over the axes. */
  public static Reduction max(Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.MAX, List.of(value), List.of(axes));
  }

  /** The smallest over the axes. */
  public static Reduction min(Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.MIN, List.of(value), List.of(axes));
  }

  /** (index, value) of the largest value; of equal ones the smallest index. */
  public static Reduction argmax(Expr index, Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.ARGMAX, List.of(index, value), List.of(axes));
  }

  /** (index, value) of the smallest value; of equal ones the smallest index. */
  public static Reduction argmin(Expr index, Expr value, ReduceAxis... axes) {
    return new Reduction(Reducer.ARGMIN, List.of(index, value), List.of(axes));
  }

  /** Any commutative and associative combination over the axes. */
  public static Reduction reduction(
      Reducer reducer, List<? extends Expr> values, List<ReduceAxis> axes) {
    return new Reduction(reducer, List.copyOf(values), axes);
  }

  /**
   * The function of the given parameters that computes those of them that aren't placeholders, with
   * one block for each operation, named after it; tensors in between are allocated inside.
   *
   * @throws IllegalArgumentException if a placeholder is used that isn't a parameter
   */
  public static PrimFunc primFunc(String name, Tensor... params) {
    return primFunc(name, List.of(params));
  }

  /** As {@link #primFunc(String, Tensor...)}. */
  public static PrimFunc primFunc(String name, List<Tensor> params) {
    return primFunc(name, params, List.of());
  }

  /**
   * As {@link #primFunc(String, Tensor...)}, with scalar parameters behind the tensors (symbolic
   * sizes that no tensor parameter has as a dimension, or values).
   */
  public static PrimFunc primFunc(String name, List<Tensor> params, List<Var> scalars) {
    return new FunctionBuilder(params, scalars).build(name);
  }

  private static Axes axes(List<? extends Expr> shape, List<String> names) {
    if (!names.isEmpty() && names.size() != shape.size()) {
      throw new IllegalArgumentException(
          names.size() + " axis names " + names + " for " + shape.size() + " dimensions");
    }
    List<Var> vars = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      vars.add(Var.of(names.isEmpty() ? "v" + i : names.get(i), shape.get(i).dtype()));
    }
    return new Axes(vars);
  }

  private static List<Tensor> outputs(
      Operation operation, List<Expr> values, List<? extends Expr> shape) {
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      String name = outputName(operation.name(), i, values.size());
      outputs.add(new Tensor(operation, i, name, values.get(i).dtype(), List.copyOf(shape)));
    }
    return List.copyOf(outputs);
  }

  private static String outputName(String name, int index, int count) {
    return count == 1 ? name : name + "_v" + index;
  }

  /** The tensor that a buffer stands for; null for buffers from elsewhere. */
  static @Nullable Tensor tensorOf(Buffer buffer) {
    return buffer instanceof TensorBuffer own ? own.tensor() : null;
  }
}
