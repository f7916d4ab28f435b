package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Softmax;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code softmax(Q Kᵀ / √d) V} for each head (Vaswani et al., "Attention Is All You Need", 2017,
 * section 3.2.1).
 *
 * @param heads heads of all sequences together
 * @param sequence length of a sequence
 * @param depth d, elements of a query, key or value
 */
public record Attention(long heads, long sequence, long depth) {
  /** Attention over new queries, keys and values. */
  public Workload workload(DType dtype, Workload.Source source) {
    Tensor q = source.next(dtype, heads, sequence, depth);
    Tensor k = source.next(dtype, heads, sequence, depth);
    Tensor v = source.next(dtype, heads, sequence, depth);
    Tensor scale = Tensor.allocate(dtype);
    scale.setDouble(0, 1 / Math.sqrt((double) depth));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", q);
    inputs.put("k", k);
    inputs.put("v", v);
    return new Workload(
        "attention of " + heads + " heads, " + sequence + " x " + depth + " " + dtype,
        Workload.graph(
            inputs,
            (builder, params) -> {
              GraphExpr scores =
                  builder.emit(new MatMul(false, true), params.get(0), params.get(1));
              GraphExpr scaled =
                  builder.emit(
                      new Binary(BinaryFunction.MULTIPLY),
                      scores,
                      new GraphExpr.Constant("scale", scale));
              GraphExpr weights = builder.emit(new Softmax(2, false), scaled);
              return builder.emit(new MatMul(), weights, params.get(2));
            }),
        inputs,
        4.0 * heads * sequence * sequence * depth,
        4.0 * heads * sequence * depth * dtype.bytes(),
        sequence + depth,
        position -> element(q, k, v, position));
  }

  private double element(Tensor q, Tensor k, Tensor v, long position) {
    long head = position / (sequence * depth);
    long row = position / depth;
    long column = position % depth;
    double[] scores = new double[Math.toIntExact(sequence)];
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < scores.length; i++) {
      double sum = 0;
      for (long j = 0; j < depth; j++) {
        sum += q.getDouble(row * depth + j) * k.getDouble((head * sequence + i) * depth + j);
      }
      scores[i] = sum / Math.sqrt((double) depth);
      greatest = Math.max(greatest, scores[i]);
    }
    double sum = 0;
    double weighted = 0;
    for (int i = 0; i < scores.length; i++) {
      double weight = Math.exp(scores[i] - greatest);
      sum += weight;
      weighted += weight * v.getDouble((head * sequence + i) * depth + column);
    }
    return weighted / sum;
  }
}
