package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Activation;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.LinearAttention;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What decoders of language models are made of. */
final class AttentionConverters {
  private AttentionConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("Attention", node -> new AttentionImport(node).results());
    converters.put("LinearAttention", AttentionConverters::linear);
    converters.put("RotaryEmbedding", node -> List.of(rotary(node)));
    converters.put("CausalConvWithState", AttentionConverters::causalConv);
    converters.put(
        "SwiGLU",
        node -> {
          GraphExpr gate = node.emit(new Activation.Swish(node.number("alpha", 1)), node.input(0));
          return List.of(new Emit(node).mul(gate, node.input(1)));
        });
  }

  /** {@code [b, t, heads * d]} as {@code [b, t, heads, d]}. */
  static GraphExpr heads(Emit emit, GraphExpr x, long heads) {
    TensorType type = emit.type(x);
    return emit.reshape(
        x, type.dim(0), type.dim(1), IntExpr.of(heads), SizeAlgebra.floorDiv(type.dim(2), heads));
  }

  private static List<GraphExpr> linear(Node node) {
    Emit emit = new Emit(node);
    long queryHeads = node.integer("q_num_heads", 0);
    long heads = node.integer("kv_num_heads", 0);
    if (heads < 1 || queryHeads < 1 || queryHeads % heads != 0) {
      throw node.invalid("q_num_heads must be a multiple of kv_num_heads");
    }
    String rule = node.text("update_rule", "gated_delta");
    boolean gated = rule.startsWith("gated");
    boolean delta = rule.endsWith("delta");
    if (!List.of("linear", "gated", "delta", "gated_delta").contains(rule)) {
      throw node.invalid("update_rule '" + rule + "' is unknown");
    }
    GraphExpr query = heads(emit, node.input(0), queryHeads);
    GraphExpr key = heads(emit, node.input(1), heads);
    GraphExpr value = heads(emit, node.input(2), heads);
    double scale = node.number("scale", 0);
    if (scale == 0) {
      Long width = SizeAlgebra.constant(emit.dim(query, 3));
      if (width == null) {
        throw node.unsupported("the symbolic head size " + emit.dim(query, 3));
      }
      scale = 1 / Math.sqrt((double) width);
    }
    List<IntExpr> state =
        List.of(emit.dim(key, 0), IntExpr.of(heads), emit.dim(key, 3), emit.dim(value, 3));
    GraphExpr past =
        node.has(3) ? node.input(3) : emit.expand(emit.scalar(emit.dtype(query), 0), state);
    List<GraphExpr> operands = new ArrayList<>(List.of(query, key, value, past));
    if (gated) {
      operands.add(heads(emit, node.input(4), heads));
    }
    if (delta) {
      GraphExpr beta = node.input(5);
      List<IntExpr> perHead = List.of(emit.dim(beta, 0), emit.dim(beta, 1), IntExpr.of(heads));
      operands.add(emit.expand(beta, perHead));
    }
    List<GraphExpr> results = node.emitAll(new LinearAttention(gated, delta, scale), operands);
    GraphExpr output = results.get(0);
    GraphExpr merged =
        emit.reshape(
            output,
            emit.dim(output, 0),
            emit.dim(output, 1),
            SizeAlgebra.times(emit.dim(output, 2), emit.dim(output, 3)));
    return List.of(merged, results.get(1));
  }

  private static GraphExpr rotary(Node node) {
    Emit emit = new Emit(node);
    TensorType type = node.type(0);
    boolean packed = type.rank() == 3;
    GraphExpr x =
        packed
            ? heads(emit, node.input(0), node.integer("num_heads", 1))
            : emit.transpose(node.input(0), 0, 2, 1, 3);
    IntExpr size = emit.dim(x, 3);
    long partial = node.integer("rotary_embedding_dim", 0);
    IntExpr rotated = partial == 0 ? size : IntExpr.of(partial);
    GraphExpr rotate = emit.slice(x, 3, IntExpr.of(0), rotated);
    GraphExpr cos = node.input(1);
    GraphExpr sin = node.input(2);
    if (node.has(3)) {
      cos = emit.gather(cos, node.input(3), 0);
      sin = emit.gather(sin, node.input(3), 0);
    }
    cos = emit.unsqueeze(cos, 2);
    sin = emit.unsqueeze(sin, 2);
    IntExpr half = SizeAlgebra.floorDiv(rotated, 2);
    boolean interleaved = node.flag("interleaved", false);
    GraphExpr first;
    GraphExpr second;
    if (interleaved) {
      first = emit.slice(rotate, 3, IntExpr.of(0), rotated, 2);
      second = emit.slice(rotate, 3, IntExpr.of(1), rotated, 2);
    } else {
      first = emit.slice(rotate, 3, IntExpr.of(0), half);
      second = emit.slice(rotate, 3, half, rotated);
    }
    GraphExpr real = emit.sub(emit.mul(cos, first), emit.mul(sin, second));
    GraphExpr imaginary = emit.add(emit.mul(sin, first), emit.mul(cos, second));
    GraphExpr joined =
        interleaved
            ? emit.reshape(
                emit.concat(4, emit.unsqueeze(real, 4), emit.unsqueeze(imaginary, 4)),
                emit.type(rotate).shape().dims())
            : emit.concat(3, real, imaginary);
    GraphExpr whole =
        SizeAlgebra.equal(rotated, size)
            ? joined
            : emit.concat(3, joined, emit.slice(x, 3, rotated, size));
    return packed ? emit.reshape(whole, type.shape().dims()) : emit.transpose(whole, 0, 2, 1, 3);
  }

  /**
   * What was carried over and the input, one behind the other, are convolved channel by channel.
   */
  private static List<GraphExpr> causalConv(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    Long channels = SizeAlgebra.constant(x.dim(1));
    if (channels == null) {
      throw node.unsupported("the symbolic number of channels " + x.dim(1));
    }
    IntExpr carried = SizeAlgebra.plus(node.type(1).dim(2), -1);
    GraphExpr past =
        node.has(3)
            ? node.input(3)
            : emit.expand(emit.scalar(x.dtype(), 0), List.of(x.dim(0), x.dim(1), carried));
    GraphExpr all = emit.concat(2, past, node.input(0));
    List<GraphExpr> operands = new ArrayList<>(List.of(all, node.input(1)));
    if (node.has(2)) {
      operands.add(node.input(2));
    }
    GraphExpr y = node.emit(new Conv(Window.of(1, 1, 0, 1), channels), operands);
    y =
        switch (node.text("activation", "none")) {
          case "none" -> y;
          case "silu", "swish" -> node.emit(new Activation.Swish(1), y);
          default ->
              throw node.invalid("activation '" + node.text("activation", "") + "' is unknown");
        };
    IntExpr length = emit.dim(all, 2);
    return List.of(y, emit.slice(all, 2, SizeAlgebra.minus(length, carried), length));
  }

  /** The positions of keys, {@code [1, keys]}, or of queries, {@code [queries, 1]}. */
  static GraphExpr positions(Emit emit, IntExpr count, boolean keys) {
    return emit.iotaAlong(count, keys ? 1 : 0, 2, DType.INT64);
  }
}
