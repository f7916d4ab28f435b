package dev.weft.graph.pass;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Small graphs for tests. */
public final class GraphPrograms {
  private GraphPrograms() {}

  /**
   * A graph of one dataflow block over a parameter {@code x}; what the body returns are results.
   */
  public static Graph of(
      TensorType x, BiFunction<BlockBuilder, GraphVar, List<? extends GraphExpr>> body) {
    BlockBuilder builder = new BlockBuilder();
    GraphVar param = GraphVar.of("x", x);
    builder.function(
        Graph.MAIN,
        List.of(param),
        () -> {
          List<? extends GraphExpr> results =
              builder.dataflow(
                  () ->
                      body.apply(builder, param).stream()
                          .map(result -> builder.emitOutput(result))
                          .toList());
          builder.emitFunctionOutput(results.toArray(GraphExpr[]::new));
        });
    return builder.build();
  }

  public static TensorType f32(long... dims) {
    return TensorType.of(DType.FLOAT32, dims);
  }

  /** A constant with seeded random elements in [-1, 1). */
  public static GraphExpr.Constant random(long seed, long... dims) {
    return new GraphExpr.Constant("w" + seed, randomTensor(seed, dims));
  }

  public static Tensor randomTensor(long seed, long... dims) {
    Random random = new Random(seed);
    int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return Tensor.of(values, dims);
  }
}
