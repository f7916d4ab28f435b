package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.CountGrams;
import dev.weft.graph.op.Determinant;
import dev.weft.graph.op.FirstEqual;
import dev.weft.graph.op.NonMaxCollect;
import dev.weft.graph.op.NonMaxSelect;
import dev.weft.graph.op.NonZero;
import dev.weft.graph.op.RankAmong;
import dev.weft.graph.op.ScatterElements;
import dev.weft.graph.op.ScatterReduction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators whose results' sizes depend on the data, and what is like them. */
final class SelectionConverters {
  private SelectionConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("NonMaxSuppression", node -> List.of(nonMaxSuppression(node)));
    converters.put("Compress", node -> List.of(compress(node)));
    converters.put("Unique", SelectionConverters::unique);
    converters.put("TfIdfVectorizer", node -> List.of(countGrams(node)));
    converters.put("Det", node -> List.of(node.emit(new Determinant(), node.input(0))));
  }

  private static GraphExpr nonMaxSuppression(Node node) {
    Emit emit = new Emit(node);
    GraphExpr most = node.has(2) ? emit.cast(node.input(2), DType.INT64) : emit.int64(0);
    GraphExpr overlap = node.has(3) ? node.input(3) : emit.scalar(DType.FLOAT32, 0);
    GraphExpr least = node.has(4) ? node.input(4) : emit.scalar(DType.FLOAT32, 0);
    List<GraphExpr> taken =
        node.emitAll(
            new NonMaxSelect(node.flag("center_point_box", false), node.has(4)),
            List.of(
                node.input(0),
                node.input(1),
                emit.reshape(most, List.of()),
                emit.reshape(overlap, List.of()),
                emit.reshape(least, List.of())));
    GraphExpr total = emit.sum(taken.get(1), List.of(0, 1), false);
    return node.emit(new NonMaxCollect(emit.sizeOf(total)), taken);
  }

  /** How many elements of a vector are not 0, as a size. */
  private static IntExpr count(Emit emit, GraphExpr flags) {
    return emit.sizeOf(emit.sum(emit.cast(flags, DType.INT64), List.of(0), false));
  }

  private static GraphExpr compress(Node node) {
    Emit emit = new Emit(node);
    GraphExpr condition = node.input(1);
    GraphExpr places = node.emit(new NonZero(count(emit, condition)), condition);
    GraphExpr indices = emit.squeeze(places, 0);
    TensorType x = node.type(0);
    if (node.hasAttribute("axis")) {
      return emit.gather(node.input(0), indices, node.axis("axis", 0, x.rank()));
    }
    GraphExpr flat = emit.reshape(node.input(0), NeuralConverters.product(x.shape().dims()));
    return emit.gather(flat, indices, 0);
  }

  /**
   * For each element (or slice) the first that is equal; those that are their own first are the
   * unique ones, and how many of these come before it is its place in the result.
   */
  private static List<GraphExpr> unique(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    boolean slices = node.hasAttribute("axis");
    int axis = slices ? node.axis("axis", 0, x.rank()) : 0;
    List<Integer> front = new ArrayList<>(emit.range(0, x.rank()));
    GraphExpr moved = node.input(0);
    IntExpr rows = NeuralConverters.product(x.shape().dims());
    IntExpr width = IntExpr.of(1);
    if (slices) {
      front.remove(Integer.valueOf(axis));
      front.add(0, axis);
      moved = emit.transpose(moved, front);
      rows = x.dim(axis);
      width = NeuralConverters.product(emit.type(moved).shape().dims().subList(1, x.rank()));
    }
    GraphExpr matrix = emit.reshape(moved, rows, width);
    GraphExpr first = node.emit(new FirstEqual(), matrix);
    GraphExpr own = emit.iotaAlong(rows, 0, 1, DType.INT64);
    GraphExpr distinct = emit.equal(first, own);
    IntExpr count = count(emit, distinct);
    GraphExpr inverse = node.emit(new RankAmong(node.flag("sorted", true)), matrix, first);
    List<IntExpr> result = List.of(count);
    GraphExpr indices =
        node.emit(
            new ScatterElements(0, ScatterReduction.MIN),
            emit.expand(emit.int64(Long.MAX_VALUE), result),
            inverse,
            own);
    GraphExpr ones = emit.expand(emit.int64(1), List.of(rows));
    GraphExpr counts =
        node.emit(
            new ScatterElements(0, ScatterReduction.ADD),
            emit.expand(emit.int64(0), result),
            inverse,
            ones);
    GraphExpr y =
        slices
            ? emit.gather(node.input(0), indices, axis)
            : emit.gather(emit.reshape(matrix, rows), indices, 0);
    return List.of(y, indices, inverse, counts);
  }

  private static GraphExpr countGrams(Node node) {
    Emit emit = new Emit(node);
    if (node.hasAttribute("pool_strings")) {
      throw node.unsupported("grams of strings");
    }
    List<Long> pool = node.integers("pool_int64s", List.of());
    List<Long> starts = new ArrayList<>(node.integers("ngram_counts", List.of()));
    starts.add((long) pool.size());
    List<Long> columns = node.integers("ngram_indexes", List.of());
    List<Float> weights = node.numbers("weights");
    Tensor weight = Tensor.allocate(DType.FLOAT32, columns.size());
    for (int i = 0; i < columns.size(); i++) {
      weight.setDouble(i, weights.isEmpty() ? 1 : weights.get(i));
    }
    long width = columns.stream().mapToLong(column -> column + 1).max().orElse(0);
    CountGrams.Mode mode =
        switch (node.text("mode", "TF")) {
          case "TF" -> CountGrams.Mode.TF;
          case "IDF" -> CountGrams.Mode.IDF;
          case "TFIDF" -> CountGrams.Mode.TFIDF;
          default -> throw node.invalid("mode '" + node.text("mode", "") + "' is unknown");
        };
    boolean single = node.rank(0) == 1;
    GraphExpr x = single ? emit.unsqueeze(node.input(0), 0) : node.input(0);
    GraphExpr counts =
        node.emit(
            new CountGrams(
                mode,
                starts,
                node.integer("min_gram_length", 1),
                node.integer("max_gram_length", 1),
                node.integer("max_skip_count", 0),
                width),
            x,
            emit.int64s(pool),
            emit.int64s(columns),
            new GraphExpr.Constant("", weight));
    return single ? emit.squeeze(counts, 0) : counts;
  }
}
