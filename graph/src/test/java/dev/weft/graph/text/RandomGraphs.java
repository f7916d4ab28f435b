package dev.weft.graph.text;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Activation;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.TopK;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Graphs of any kind of node, over a parameter {@code float32[n, 4]}; a seed gives the graph. */
public final class RandomGraphs {
  private static final IntExpr N = IntExpr.symbol("n");
  private static final TensorType ROWS =
      new TensorType(new Shape(List.of(N, IntExpr.of(4))), DType.FLOAT32);

  private final Random random;
  private final BlockBuilder builder = new BlockBuilder();
  private final GraphVar flag = GraphVar.of("flag", TensorType.of(DType.BOOL));
  private final GraphVar count = GraphVar.of("how many?", TensorType.of(DType.INT64, 2));

  private RandomGraphs(long seed) {
    random = new Random(seed);
  }

  /** The graph of a seed. */
  public static Graph of(long seed) {
    RandomGraphs graphs = new RandomGraphs(seed);
    graphs.main();
    return graphs.builder.build();
  }

  private void main() {
    GraphVar x = GraphVar.of(name(), ROWS);
    GraphVar p = GraphVar.of(name(), ROWS);
    builder.function(
        "a helper", List.of(p), () -> builder.emitFunctionOutput(block(List.of(p), 0)));
    builder.function(
        Graph.MAIN,
        List.of(x, flag, count),
        () -> {
          List<GraphExpr> known = new ArrayList<>(List.of(x));
          int blocks = 1 + random.nextInt(3);
          for (int i = 0; i < blocks; i++) {
            known.add(block(known, 2));
          }
          builder.emitFunctionOutput(List.of(known.getLast(), x), List.of("y", "as it was"));
        });
  }

  private String name() {
    return List.of(
            "x",
            "v",
            "return",
            "gpu_0/data",
            "a `b`\n\"c\"",
            "ä",
            "",
            "const",
            "1st",
            "\ud83d\ude00")
        .get(random.nextInt(10));
  }

  private GraphExpr block(List<? extends GraphExpr> given, int depth) {
    int kind = random.nextInt(depth > 0 ? 6 : 3);
    return switch (kind) {
      case 3 -> choice(given, depth);
      case 4 -> loop(given, depth);
      case 5 -> effects(given);
      default -> builder.dataflow(() -> builder.emitOutput(name(), dataflow(given)));
    };
  }

  /** The body of a branch or loop, which is a dataflow block unless there are others in it. */
  private GraphExpr inner(List<? extends GraphExpr> given, int depth) {
    return switch (random.nextInt(depth > 0 ? 5 : 2)) {
      case 2 -> choice(given, depth);
      case 3 -> loop(given, depth);
      case 4 -> effects(given);
      default -> dataflow(given);
    };
  }

  private GraphExpr choice(List<? extends GraphExpr> given, int depth) {
    return builder
        .choice(
            flag, () -> List.of(inner(given, depth - 1)), () -> List.of(inner(given, depth - 1)))
        .getFirst();
  }

  private GraphExpr loop(List<? extends GraphExpr> given, int depth) {
    GraphExpr condition = random.nextBoolean() ? flag : null;
    return builder
        .loop(
            random.nextBoolean() ? IntExpr.of(3) : N,
            condition,
            List.of(one(given)),
            (index, carried) ->
                new BlockBuilder.Round(
                    condition, List.of(inner(carried, depth - 1)), List.of(carried.getFirst())))
        .getFirst();
  }

  private GraphExpr effects(List<? extends GraphExpr> given) {
    GraphExpr x = one(given);
    return switch (random.nextInt(4)) {
      case 0 -> builder.callPacked("say \"it\"", List.of(x), ROWS);
      case 1 ->
          builder.emit(
              new GraphExpr.CallPacked(
                  "told", List.of(x), List.of(ROWS), Map.of("how", "so\\ \"loud\"")));
      case 2 -> builder.emit(name(), new GraphExpr.CallFunction("a helper", List.of(x), ROWS));
      default -> {
        IntExpr size =
            builder.bindSizes(
                "node 'm' \"of\" it",
                known -> null,
                sizes -> {
                  IntExpr read = sizes.number(count, random.nextInt(2));
                  sizes.check(read.plus(IntExpr.of(1)), "the \"number\" is -1");
                  return sizes.size("m", read.plus(N));
                });
        GraphExpr row = builder.emit(new Reduce(Reduction.MAX, List.of(0), true), x);
        GraphExpr wide = builder.emit(new Expand(new Shape(List.of(size, IntExpr.of(4)))), row);
        GraphExpr sum = builder.emit(new Reduce(Reduction.MEAN, List.of(0), true), wide);
        yield builder.emit(new Binary(BinaryFunction.ADD), x, sum);
      }
    };
  }

  private GraphExpr one(List<? extends GraphExpr> given) {
    return given.get(random.nextInt(given.size()));
  }

  private GraphExpr dataflow(List<? extends GraphExpr> given) {
    List<GraphExpr> known = new ArrayList<>(given);
    int steps = 1 + random.nextInt(5);
    for (int i = 0; i < steps; i++) {
      known.add(step(one(known), one(known)));
    }
    return known.getLast();
  }

  private GraphExpr step(GraphExpr x, GraphExpr y) {
    return switch (random.nextInt(10)) {
      case 0 -> builder.emit(new Unary(UnaryFunction.TANH), x);
      case 1 -> builder.emit(new Binary(BinaryFunction.ADD), x, y);
      case 2 -> builder.emit(new Activation.Selu(random.nextDouble(), random.nextGaussian()), x);
      case 3 -> builder.emit(new MatMul(), x, constant(4, 4));
      case 4 -> builder.emit(new Binary(BinaryFunction.MULTIPLY), x, constant(4));
      case 5 -> builder.emit(new Softmax(1, random.nextBoolean()), x);
      case 6 -> {
        GraphExpr turned = builder.emit(new Transpose(List.of(1, 0)), x);
        yield builder.emit(new Transpose(List.of(1, 0)), turned);
      }
      case 7 -> {
        GraphExpr half = builder.emit(new Cast(DType.FLOAT16), x);
        yield builder.emit(new Cast(DType.FLOAT32), half);
      }
      case 8 -> {
        GraphExpr both = builder.emit(name(), new GraphExpr.Tuple(List.of(x, y)));
        yield builder.emit(name(), new GraphExpr.TupleGet(both, random.nextInt(2)));
      }
      default -> {
        GraphExpr best = builder.emit(new TopK(1, IntExpr.of(2), true), x);
        GraphExpr values = builder.emit(new GraphExpr.TupleGet(best, 0));
        GraphExpr twice = builder.emit(new Concat(1), values, values);
        yield builder.emit(new Reshape(new Shape(List.of(N, IntExpr.of(4)))), twice);
      }
    };
  }

  private GraphExpr.Constant constant(long... dims) {
    Tensor value = Tensor.allocate(DType.FLOAT32, dims);
    for (long i = 0; i < value.elements(); i++) {
      double special = List.of(Double.NaN, -0.0, Double.NEGATIVE_INFINITY).get(random.nextInt(3));
      value.setDouble(i, random.nextInt(8) == 0 ? special : random.nextGaussian());
    }
    return new GraphExpr.Constant(name(), value);
  }
}
