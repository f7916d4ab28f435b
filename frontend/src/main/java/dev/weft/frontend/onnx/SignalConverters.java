package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fourier transforms (as products with matrices of sines and cosines), windows, mel weights. */
final class SignalConverters {
  private SignalConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("DFT", node -> List.of(dft(node)));
    converters.put("STFT", node -> List.of(stft(node)));
    converters.put("HannWindow", node -> List.of(window(node, 0.5, 0.5, 0)));
    converters.put("HammingWindow", node -> List.of(window(node, 25.0 / 46, 21.0 / 46, 0)));
    converters.put("BlackmanWindow", node -> List.of(window(node, 0.42, 0.5, 0.08)));
    converters.put("MelWeightMatrix", node -> List.of(melWeights(node)));
  }

  private static DType dtype(Node node) {
    int number = (int) node.integer("output_datatype", 1);
    DType dtype = OnnxTypes.dtype(number);
    if (dtype == null) {
      throw node.unsupported("a result of " + OnnxTypes.name(number));
    }
    return dtype;
  }

  /** {@code a - b cos(2πn / N) + c cos(4πn / N)}. */
  private static GraphExpr window(Node node, double a, double b, double c) {
    Emit emit = new Emit(node);
    IntExpr size = node.sizes(0).get(0);
    DType dtype = dtype(node);
    DType wide = dtype.isFloat() && dtype.bits() == 64 ? dtype : DType.FLOAT32;
    GraphExpr n = emit.iota(List.of(size), 0, wide);
    IntExpr period = node.flag("periodic", true) ? size : SizeAlgebra.plus(size, -1);
    GraphExpr angle = emit.div(emit.mul(n, 2 * Math.PI), emit.size(period, wide));
    GraphExpr result =
        emit.sub(emit.scalar(wide, a), emit.mul(emit.unary(UnaryFunction.COS, angle), b));
    if (c != 0) {
      GraphExpr second = emit.unary(UnaryFunction.COS, emit.mul(angle, 2));
      result = emit.add(result, emit.mul(second, c));
    }
    return emit.cast(result, dtype);
  }

  private static GraphExpr dft(Node node) {
    TensorType x = node.type(0);
    boolean attribute = node.opset() < 20;
    boolean inverse = node.flag("inverse", false);
    boolean onesided = node.flag("onesided", false);
    IntExpr length = node.has(1) ? node.sizes(1).get(0) : null;
    if (attribute) {
      int axis = node.axis("axis", 1, x.rank());
      return transform(node, node.input(0), axis, length, inverse, onesided);
    }
    if (!node.has(2)) {
      int axis = node.axis(-2, x.rank());
      return transform(node, node.input(0), axis, length, inverse, onesided);
    }
    return alongInput(node, length, inverse, onesided);
  }

  /**
   * Along an axis that an input gives: the dimensions before it and those behind it are taken as
   * one each, which works whichever it is.
   */
  private static GraphExpr alongInput(
      Node node, @Nullable IntExpr length, boolean inverse, boolean onesided) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    int rank = x.rank();
    IntExpr one = IntExpr.of(1);
    List<IntExpr> four = new ArrayList<>();
    node.bindSizes(
        sizes -> {
          IntExpr given = sizes.number(node.input(2), 0);
          IntExpr axis =
              SizeLogic.select(SizeLogic.less(given, 0), given.plus(IntExpr.of(rank)), given);
          IntExpr before = one;
          IntExpr own = one;
          IntExpr behind = one;
          for (int d = 0; d < rank - 1; d++) {
            IntExpr at = SizeLogic.equal(axis, d);
            IntExpr ahead = SizeLogic.less(IntExpr.of(d), axis);
            IntExpr after = SizeLogic.less(axis, d);
            before = before.times(SizeLogic.select(ahead, x.dim(d), one));
            own = own.times(SizeLogic.select(at, x.dim(d), one));
            behind = behind.times(SizeLogic.select(after, x.dim(d), one));
          }
          four.add(sizes.size("before", before));
          four.add(sizes.size("length", own));
          four.add(sizes.size("behind", behind));
          four.add(x.dim(rank - 1));
          return four;
        });
    GraphExpr merged = emit.reshape(node.input(0), four);
    GraphExpr result = transform(node, merged, 1, length, inverse, onesided);
    List<IntExpr> dims = new ArrayList<>();
    node.bindSizes(
        sizes -> {
          IntExpr given = sizes.number(node.input(2), 0);
          IntExpr axis =
              SizeLogic.select(SizeLogic.less(given, 0), given.plus(IntExpr.of(rank)), given);
          for (int d = 0; d < rank - 1; d++) {
            IntExpr at = SizeLogic.equal(axis, d);
            dims.add(sizes.size("d", SizeLogic.select(at, emit.dim(result, 1), x.dim(d))));
          }
          dims.add(emit.dim(result, 3));
          return dims;
        });
    return emit.reshape(result, dims);
  }

  /** The transform of {@code [.., n, .., 1 or 2]} along an axis. */
  private static GraphExpr transform(
      Node node,
      GraphExpr signal,
      int axis,
      @Nullable IntExpr wanted,
      boolean inverse,
      boolean onesided) {
    Emit emit = new Emit(node);
    TensorType x = emit.type(signal);
    int rank = x.rank();
    boolean complex = SizeAlgebra.equal(x.dim(rank - 1), IntExpr.of(2));
    boolean real = inverse && onesided;
    IntExpr given = x.dim(axis);
    IntExpr length =
        wanted != null
            ? wanted
            : real ? SizeAlgebra.times(SizeAlgebra.plus(given, -1), IntExpr.of(2)) : given;
    IntExpr half = SizeAlgebra.plus(SizeAlgebra.floorDiv(length, 2), 1);
    IntExpr inputs = real ? half : length;
    IntExpr outputs = onesided && !inverse ? half : length;
    DType dtype = x.dtype();
    DType wide = dtype.bits() < 32 ? DType.FLOAT32 : dtype;
    List<Integer> order = new ArrayList<>(emit.range(0, rank - 1));
    order.remove(Integer.valueOf(axis));
    order.add(axis);
    order.add(rank - 1);
    GraphExpr moved = fitted(emit, emit.cast(emit.transpose(signal, order), wide), inputs);
    GraphExpr re = part(emit, moved, 0);
    GraphExpr im = complex ? part(emit, moved, 1) : null;
    // The angle 2π k n / N, with k n modulo N so that large numbers lose nothing.
    GraphExpr n = emit.iotaAlong(inputs, 0, 2, DType.INT64);
    GraphExpr k = emit.iotaAlong(outputs, 1, 2, DType.INT64);
    GraphExpr size = emit.size(length, DType.INT64);
    GraphExpr turns = emit.binary(BinaryFunction.FLOOR_MOD, emit.mul(n, k), size);
    // A quarter turn at most, so that sines of whole turns are exactly 0 and 1.
    GraphExpr quarters = emit.mul(turns, emit.int64(4));
    GraphExpr quadrant = emit.div(quarters, size);
    GraphExpr rest = emit.cast(emit.sub(quarters, emit.mul(quadrant, size)), wide);
    GraphExpr angle = emit.div(emit.mul(rest, Math.PI / 2), emit.size(length, wide));
    GraphExpr cosRest = emit.unary(UnaryFunction.COS, angle);
    GraphExpr sinRest = emit.unary(UnaryFunction.SIN, angle);
    GraphExpr cos =
        inQuadrant(emit, quadrant, cosRest, emit.neg(sinRest), emit.neg(cosRest), sinRest);
    GraphExpr sin =
        inQuadrant(emit, quadrant, sinRest, cosRest, emit.neg(sinRest), emit.neg(cosRest));
    if (real) {
      // All but the first bin and the last of an even length stand for two.
      GraphExpr twice = emit.mul(n, emit.int64(2));
      GraphExpr single =
          emit.binary(
              BinaryFunction.LOGICAL_OR, emit.equal(n, emit.int64(0)), emit.equal(twice, size));
      GraphExpr weight = emit.where(single, emit.scalar(wide, 1), emit.scalar(wide, 2));
      cos = emit.mul(cos, weight);
      sin = emit.mul(sin, weight);
    }
    GraphExpr newRe = emit.matmul(re, cos);
    GraphExpr newIm = inverse ? emit.matmul(re, sin) : emit.neg(emit.matmul(re, sin));
    if (im != null) {
      GraphExpr other = emit.matmul(im, sin);
      newRe = inverse ? emit.sub(newRe, other) : emit.add(newRe, other);
      newIm = emit.add(newIm, emit.matmul(im, cos));
    }
    GraphExpr joined =
        real
            ? emit.unsqueeze(newRe, rank - 1)
            : emit.concat(
                rank - 1, emit.unsqueeze(newRe, rank - 1), emit.unsqueeze(newIm, rank - 1));
    GraphExpr scaled = inverse ? emit.div(joined, emit.size(length, wide)) : joined;
    List<Integer> back = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      back.add(order.indexOf(d));
    }
    return emit.cast(emit.transpose(scaled, back), dtype);
  }

  private static GraphExpr inQuadrant(
      Emit emit, GraphExpr quadrant, GraphExpr a, GraphExpr b, GraphExpr c, GraphExpr d) {
    GraphExpr upper = emit.where(emit.equal(quadrant, emit.int64(0)), a, b);
    GraphExpr lower = emit.where(emit.equal(quadrant, emit.int64(2)), c, d);
    return emit.where(emit.less(quadrant, emit.int64(2)), upper, lower);
  }

  private static GraphExpr part(Emit emit, GraphExpr x, int index) {
    int last = emit.rank(x) - 1;
    return emit.squeeze(emit.slice(x, last, IntExpr.of(index), IntExpr.of(index + 1L)), last);
  }

  /** Cut off or filled up with zeros along the last dimension but one. */
  private static GraphExpr fitted(Emit emit, GraphExpr x, IntExpr length) {
    int rank = emit.rank(x);
    IntExpr missing = SizeAlgebra.minus(length, emit.dim(x, rank - 2));
    if (missing.equals(IntExpr.of(0))) {
      return x;
    }
    List<IntExpr> before = Collections.nCopies(rank, IntExpr.of(0));
    List<IntExpr> after = new ArrayList<>(before);
    after.set(rank - 2, missing);
    return emit.node().emit(new Pad(before, after, Pad.Mode.CONSTANT), x, emit.like(x, 0));
  }

  private static GraphExpr stft(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    IntExpr step = node.sizes(1).get(0);
    IntExpr length =
        node.has(3) ? node.sizes(3).get(0) : node.has(2) ? node.type(2).dim(0) : x.dim(1);
    IntExpr frames =
        SizeAlgebra.plus(SizeAlgebra.floorDiv(SizeAlgebra.minus(x.dim(1), length), step), 1);
    GraphExpr starts =
        emit.mul(emit.iotaAlong(frames, 0, 2, DType.INT64), emit.size(step, DType.INT64));
    GraphExpr places = emit.add(starts, emit.iotaAlong(length, 1, 2, DType.INT64));
    GraphExpr framed = emit.gather(node.input(0), places, 1);
    if (node.has(2)) {
      GraphExpr window = emit.reshape(node.input(2), length, IntExpr.of(1));
      framed = emit.mul(framed, emit.cast(window, x.dtype()));
    }
    return transform(node, framed, 2, null, false, node.flag("onesided", true));
  }

  /** Triangles between equal steps on the mel scale. */
  private static GraphExpr melWeights(Node node) {
    Emit emit = new Emit(node);
    IntExpr bands = node.sizes(0).get(0);
    IntExpr length = node.sizes(1).get(0);
    DType wide = DType.FLOAT64;
    GraphExpr rate = scalar(emit, 2, wide);
    GraphExpr low = mel(emit, scalar(emit, 3, wide));
    GraphExpr high = mel(emit, scalar(emit, 4, wide));
    GraphExpr step = emit.div(emit.sub(high, low), emit.size(SizeAlgebra.plus(bands, 2), wide));
    IntExpr bins = SizeAlgebra.plus(SizeAlgebra.floorDiv(length, 2), 1);
    GraphExpr points = emit.size(SizeAlgebra.plus(length, 1), wide);
    List<GraphExpr> edges = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      GraphExpr band = emit.add(emit.iotaAlong(bands, 1, 2, wide), i);
      GraphExpr mels = emit.add(emit.mul(band, step), low);
      GraphExpr power =
          emit.binary(
              BinaryFunction.POWER, emit.scalar(wide, 10), emit.div(mels, emit.scalar(wide, 2595)));
      GraphExpr hertz = emit.mul(emit.sub(power, emit.scalar(wide, 1)), 700);
      edges.add(emit.unary(UnaryFunction.FLOOR, emit.div(emit.mul(points, hertz), rate)));
    }
    GraphExpr bin = emit.iotaAlong(bins, 0, 2, wide);
    GraphExpr zero = emit.scalar(wide, 0);
    GraphExpr one = emit.scalar(wide, 1);
    GraphExpr rise = emit.sub(edges.get(1), edges.get(0));
    GraphExpr fall = emit.sub(edges.get(2), edges.get(1));
    GraphExpr up = emit.div(emit.sub(bin, edges.get(0)), emit.max(rise, one));
    GraphExpr down = emit.div(emit.sub(edges.get(2), bin), emit.max(fall, one));
    GraphExpr rising = emit.and(emit.atLeast(bin, edges.get(0)), emit.less(bin, edges.get(1)));
    GraphExpr falling = emit.and(emit.atLeast(bin, edges.get(1)), emit.less(bin, edges.get(2)));
    GraphExpr slopes = emit.where(rising, up, emit.where(falling, down, zero));
    GraphExpr peaked = emit.where(emit.equal(bin, edges.get(1)), one, slopes);
    return emit.cast(peaked, dtype(node));
  }

  private static GraphExpr scalar(Emit emit, int input, DType dtype) {
    return emit.cast(emit.reshape(emit.node().input(input), List.of()), dtype);
  }

  private static GraphExpr mel(Emit emit, GraphExpr hertz) {
    GraphExpr ratio = emit.add(emit.div(hertz, emit.like(hertz, 700)), 1);
    return emit.mul(emit.unary(UnaryFunction.LOG, ratio), 2595 / Math.log(10));
  }
}
