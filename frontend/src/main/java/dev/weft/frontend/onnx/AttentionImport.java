package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The import of one Attention node: heads, cache, mask, softmax, product with the values. */
final class AttentionImport {
  private final Node node;
  private final Emit emit;
  private final boolean packed;
  private final GraphExpr query;
  private final GraphExpr key;
  private final GraphExpr value;
  private final DType dtype;

  AttentionImport(Node node) {
    this.node = node;
    emit = new Emit(node);
    packed = node.rank(0) == 3;
    dtype = node.type(0).dtype();
    query = split(0, "q_num_heads");
    key = cached(split(1, "kv_num_heads"), 4);
    value = cached(split(2, "kv_num_heads"), 5);
  }

  /** {@code [batch, heads, length, size]}. */
  private GraphExpr split(int input, String attribute) {
    if (!packed) {
      return node.input(input);
    }
    long heads = node.integer(attribute, 0);
    if (heads < 1) {
      throw node.invalid(attribute + " must be given for inputs of three dimensions");
    }
    return emit.transpose(AttentionConverters.heads(emit, node.input(input), heads), 0, 2, 1, 3);
  }

  private GraphExpr cached(GraphExpr present, int past) {
    return node.has(past) ? emit.concat(2, node.input(past), present) : present;
  }

  List<GraphExpr> results() {
    GraphExpr scores = scores();
    GraphExpr raw = scores;
    double cap = node.number("softcap", 0);
    if (cap > 0) {
      GraphExpr bounded = emit.unary(UnaryFunction.TANH, emit.div(scores, emit.like(scores, cap)));
      scores = emit.mul(bounded, cap);
    }
    GraphExpr capped = scores;
    GraphExpr bias = bias();
    scores = bias == null ? scores : emit.add(scores, bias);
    GraphExpr biased = scores;
    GraphExpr weights = emit.cast(softmax(scores, bias != null), dtype);
    GraphExpr y = grouped(emit.cast(weights, emit.dtype(value)), value, false);
    y = emit.cast(y, dtype);
    if (packed) {
      GraphExpr moved = emit.transpose(y, 0, 2, 1, 3);
      y =
          emit.reshape(
              moved,
              emit.dim(moved, 0),
              emit.dim(moved, 1),
              SizeAlgebra.times(emit.dim(moved, 2), emit.dim(moved, 3)));
    }
    GraphExpr shown =
        switch ((int) node.integer("qk_matmul_output_mode", 0)) {
          case 0 -> raw;
          case 1 -> capped;
          case 2 -> biased;
          case 3 -> weights;
          default -> throw node.invalid("qk_matmul_output_mode must be 0 to 3");
        };
    return List.of(y, key, value, shown);
  }

  private GraphExpr scores() {
    double scale;
    if (node.hasAttribute("scale")) {
      scale = Math.sqrt(node.number("scale", 1));
    } else {
      Long size = SizeAlgebra.constant(emit.dim(query, 3));
      if (size == null) {
        throw node.unsupported("the symbolic head size " + emit.dim(query, 3));
      }
      scale = Math.pow(size, -0.25);
    }
    return grouped(emit.mul(query, scale), emit.mul(key, scale), true);
  }

  /**
   * The product of matrices of each head; several heads on the left share one on the right if that
   * has fewer.
   */
  private GraphExpr grouped(GraphExpr a, GraphExpr b, boolean transposed) {
    MatMul product = new MatMul(false, transposed);
    IntExpr heads = emit.dim(a, 1);
    IntExpr shared = emit.dim(b, 1);
    if (SizeAlgebra.equal(heads, shared)) {
      return node.emit(product, a, b);
    }
    List<IntExpr> dims = new ArrayList<>(emit.type(a).shape().dims());
    dims.set(1, shared);
    dims.add(2, SizeAlgebra.floorDiv(heads, shared));
    GraphExpr result = node.emit(product, emit.reshape(a, dims), emit.unsqueeze(b, 2));
    return emit.reshape(result, emit.dim(a, 0), heads, emit.dim(a, 2), emit.dim(result, 4));
  }

  /** What is added to the scores; null if nothing. */
  private @Nullable GraphExpr bias() {
    GraphExpr bias = null;
    GraphExpr allowed = null;
    if (node.has(3)) {
      GraphExpr mask = padded(node.input(3));
      if (emit.dtype(mask).isBool()) {
        allowed = mask;
      } else {
        bias = emit.cast(mask, dtype);
      }
    }
    IntExpr queries = emit.dim(query, 2);
    IntExpr keys = emit.dim(key, 2);
    GraphExpr at = AttentionConverters.positions(emit, keys, true);
    boolean causal = node.flag("is_causal", false);
    long left = node.integer("left_window_size", -1);
    long right = node.integer("right_window_size", -1);
    if (causal || left >= 0 || right >= 0) {
      GraphExpr own =
          emit.add(AttentionConverters.positions(emit, queries, false), offset(queries));
      if (causal) {
        allowed = both(allowed, emit.atMost(at, own));
      }
      if (left >= 0) {
        allowed = both(allowed, emit.atMost(emit.sub(own, at), emit.int64(left)));
      }
      if (right >= 0) {
        allowed = both(allowed, emit.atMost(emit.sub(at, own), emit.int64(right)));
      }
    }
    if (node.has(6)) {
      allowed = both(allowed, emit.less(at, perBatch(node.input(6))));
    }
    if (allowed == null) {
      return bias;
    }
    GraphExpr hidden =
        emit.where(allowed, emit.scalar(dtype, 0), emit.scalar(dtype, Double.NEGATIVE_INFINITY));
    return bias == null ? hidden : emit.add(bias, hidden);
  }

  private GraphExpr both(@Nullable GraphExpr a, GraphExpr b) {
    return a == null ? b : emit.and(a, b);
  }

  /** How many keys come before the first query. */
  private GraphExpr offset(IntExpr queries) {
    if (node.has(4)) {
      return emit.size(node.type(4).dim(2), DType.INT64);
    }
    if (node.has(6)) {
      return emit.sub(perBatch(node.input(6)), emit.size(queries, DType.INT64));
    }
    return emit.int64(0);
  }

  private GraphExpr perBatch(GraphExpr vector) {
    IntExpr one = IntExpr.of(1);
    return emit.reshape(vector, emit.dim(vector, 0), one, one, one);
  }

  /** A mask for fewer keys than there are hides the rest. */
  private GraphExpr padded(GraphExpr mask) {
    TensorType type = emit.type(mask);
    IntExpr have = type.dim(type.rank() - 1);
    IntExpr missing = SizeAlgebra.minus(emit.dim(key, 2), have);
    Long known = SizeAlgebra.constant(missing);
    if (known == null || known <= 0) {
      return mask;
    }
    List<IntExpr> before = Collections.nCopies(type.rank(), IntExpr.of(0));
    List<IntExpr> after = new ArrayList<>(before);
    after.set(type.rank() - 1, missing);
    double hidden = type.dtype().isBool() ? 0 : Double.NEGATIVE_INFINITY;
    Pad pad = new Pad(before, after, Pad.Mode.CONSTANT);
    return node.emit(pad, mask, emit.scalar(type.dtype(), hidden));
  }

  /** A query that may see no key gives zeros. */
  private GraphExpr softmax(GraphExpr scores, boolean masked) {
    GraphExpr x = scores;
    if (node.hasAttribute("softmax_precision")) {
      DType precision = OnnxTypes.dtype((int) node.integer("softmax_precision", 1));
      if (precision == null || !precision.isFloat()) {
        throw node.invalid("softmax_precision must be a floating-point type");
      }
      x = emit.cast(scores, precision);
    }
    GraphExpr weights = node.emit(new Softmax(3, false), x);
    if (!masked) {
      return weights;
    }
    GraphExpr greatest = emit.reduce(Reduction.MAX, x, List.of(3), true);
    GraphExpr blind = emit.equal(greatest, emit.like(x, Double.NEGATIVE_INFINITY));
    return emit.where(blind, emit.like(x, 0), weights);
  }
}
