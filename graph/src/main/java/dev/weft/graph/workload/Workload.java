package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What a benchmark measures: a small model with one result, its operands and what is right.
 *
 * @param title for people, with the sizes
 * @param graph the computation; weights are constants in it
 * @param inputs the operands that are new in each run, by name
 * @param flops operations of a run; 0 where they don't count, as in a transpose
 * @param bytes memory traffic of a run if every operand is read once and the result written once
 * @param terms how many rounding errors an element of the result gathers: the length of its sum
 * @param reference what is right
 */
public record Workload(
    String title,
    Graph graph,
    Map<String, Tensor> inputs,
    double flops,
    double bytes,
    long terms,
    Reference reference)
    implements AutoCloseable {
  /** The name of the result. */
  public static final String RESULT = "y";

  /** The result's elements, worked out plainly in double precision. */
  @FunctionalInterface
  public interface Reference {
    /** The element at a flat position. */
    double at(long position);
  }

  /** Where operands come from. */
  @FunctionalInterface
  public interface Source {
    /** A new tensor, which the workload closes. */
    Tensor next(DType dtype, long... shape);
  }

  /** Keeps the inputs' order. */
  public Workload {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * A graph from inputs to one result.
   *
   * @param inputs the operands by name
   * @param body from the builder and the inputs, in order, to the result
   */
  static Graph graph(
      Map<String, Tensor> inputs, BiFunction<BlockBuilder, List<GraphVar>, GraphExpr> body) {
    BlockBuilder builder = new BlockBuilder();
    List<GraphVar> params = new ArrayList<>();
    inputs.forEach(
        (name, tensor) ->
            params.add(GraphVar.of(name, TensorType.of(tensor.dtype(), tensor.shape()))));
    builder.function(
        Graph.MAIN,
        params,
        () -> {
          // Operators are fused within dataflow blocks only.
          GraphVar result =
              builder.dataflow(() -> builder.emitOutput(body.apply(builder, List.copyOf(params))));
          builder.emitFunctionOutput(List.of(result), List.of(RESULT));
        });
    return builder.build();
  }

  /** The type of the result. */
  public TensorType result() {
    if (graph.main().body().results().get(0).type() instanceof TensorType type) {
      return type;
    }
    throw new IllegalStateException("a workload gives a tensor: " + graph);
  }

  /** The result's element type. */
  public DType dtype() {
    return result().dtype();
  }

  /** A value as an element of the type keeps it: integers wrap around. */
  static double wrapped(DType dtype, double value) {
    if (!dtype.isInt() || dtype.bits() == 64) {
      return value;
    }
    long low = (long) value & ((1L << dtype.bits()) - 1);
    boolean negative = dtype.code() == DType.Code.INT && (low >> (dtype.bits() - 1)) != 0;
    return negative ? low - (1L << dtype.bits()) : low;
  }

  /** Closes inputs and constants. */
  @Override
  public void close() {
    inputs.values().forEach(Tensor::close);
    for (Binding binding : graph.main().body().bindings()) {
      if (binding.value() instanceof GraphExpr.Call call) {
        for (GraphExpr arg : call.args()) {
          if (arg instanceof GraphExpr.Constant constant) {
            constant.value().close();
          }
        }
      }
    }
  }
}
