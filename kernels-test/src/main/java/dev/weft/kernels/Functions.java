package dev.weft.kernels;

import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT32;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** Functions of the kinds that models are made of, for tests of schedules and devices. */
public final class Functions {
  private Functions() {}

  /** Constant sizes. */
  public static List<Expr> sizes(long... sizes) {
    return Expr.int32s(sizes);
  }

  /** The larger of a value and 0. */
  public static Expr relu(Expr value) {
    return Expr.max(value, Expr.imm(value.dtype(), 0));
  }

  /** {@code relu(A * B + 1)} in three blocks. */
  public static PrimFunc chain(List<Expr> shape, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, shape);
    Tensor b = Te.placeholder("B", dtype, shape);
    Tensor product = Te.compute("product", shape, i -> Expr.mul(a.at(i), b.at(i)));
    Tensor shifted = Te.compute("shifted", shape, i -> Expr.add(product.at(i), 1));
    Tensor c = Te.compute("C", shape, i -> relu(shifted.at(i)));
    return Te.primFunc("chain", a, b, c);
  }

  /** A matrix plus a row. */
  public static PrimFunc broadcast(Expr m, Expr n) {
    Tensor a = Te.placeholder("A", FLOAT32, List.of(m, n));
    Tensor b = Te.placeholder("B", FLOAT32, List.of(n));
    Tensor c = Te.compute("C", List.of(m, n), i -> Expr.add(a.at(i), b.at(i.get(1))));
    return Te.primFunc("broadcast", a, b, c);
  }

  /** {@code C[j, i] = A[i, j]}, A of {@code m} by {@code n}. */
  public static PrimFunc transpose(Expr m, Expr n) {
    Tensor a = Te.placeholder("A", FLOAT32, List.of(m, n));
    Tensor c = Te.compute("C", List.of(n, m), i -> a.at(i.get(1), i.get(0)));
    return Te.primFunc("transpose", a, c);
  }

  /**
   * {@code C[n, p, c] = A[n, c, p] + B[p, c]}: read along another axis than written, with a term.
   */
  public static PrimFunc channelsLastPlus(long n, long c, long p, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, n, c, p);
    Tensor b = Te.placeholder("B", dtype, p, c);
    Tensor out =
        Te.compute(
            "C",
            List.of(Expr.int32(n), Expr.int32(p), Expr.int32(c)),
            i -> Expr.add(a.at(i.get(0), i.get(2), i.get(1)), b.at(i.get(1), i.get(2))));
    return Te.primFunc("channels_last_plus", a, b, out);
  }

  /** {@code C = A + 1} on tensors without dimensions. */
  public static PrimFunc scalar() {
    Tensor a = Te.placeholder("A", FLOAT32, List.of());
    Tensor c = Te.compute("C", List.of(), i -> Expr.add(a.at(i), 1));
    return Te.primFunc("scalar", a, c);
  }

  /** The sum of each of {@code m} rows of {@code n} elements. */
  public static PrimFunc sumRows(Expr m, Expr n, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, List.of(m, n));
    ReduceAxis k = Te.reduceAxis(n, "k");
    Tensor c = Te.reduce("C", List.of(m), i -> Te.sum(a.at(i.get(0), k.var()), k));
    return Te.primFunc("sum_rows", a, c);
  }

  /** Column means, and the absolute value of each. */
  public static PrimFunc meanColumns(Expr m, Expr n) {
    Tensor a = Te.placeholder("A", FLOAT32, List.of(m, n));
    ReduceAxis k = Te.reduceAxis(m, "k");
    Tensor sum = Te.reduce("sum", List.of(n), i -> Te.sum(a.at(k.var(), i.get(0)), k));
    Tensor c =
        Te.compute(
            "C",
            List.of(n),
            i -> Expr.max(Expr.div(sum.at(i), Expr.cast(FLOAT32, m)), Expr.float32(0)));
    return Te.primFunc("mean_columns", a, c);
  }

  /** The largest element of a matrix. */
  public static PrimFunc maxOfAll(Expr m, Expr n) {
    Tensor a = Te.placeholder("A", FLOAT32, List.of(m, n));
    ReduceAxis i = Te.reduceAxis(m, "i");
    ReduceAxis j = Te.reduceAxis(n, "j");
    Tensor c = Te.reduce("C", List.of(), none -> Te.max(a.at(i.var(), j.var()), i, j));
    return Te.primFunc("max_of_all", a, c);
  }

  /** Position and value of the largest element of each row. */
  public static PrimFunc argmaxRows(Expr m, Expr n) {
    Tensor a = Te.placeholder("A", FLOAT32, List.of(m, n));
    ReduceAxis k = Te.reduceAxis(n, "k");
    List<Tensor> c =
        Te.reduceAll("C", List.of(m), i -> Te.argmax(k.var(), a.at(i.get(0), k.var()), k));
    return Te.primFunc("argmax_rows", Stream.concat(Stream.of(a), c.stream()).toList());
  }

  /** 2×2 maxima of {@code [c, 2 h, 2 w]}. */
  public static PrimFunc maxPool(long c, long h, long w) {
    Tensor a = Te.placeholder("A", FLOAT32, c, 2 * h, 2 * w);
    ReduceAxis y = Te.reduceAxis(2, "y");
    ReduceAxis x = Te.reduceAxis(2, "x");
    Tensor p =
        Te.reduce(
            "P",
            sizes(c, h, w),
            i ->
                Te.max(
                    a.at(
                        i.get(0),
                        Expr.add(Expr.mul(i.get(1), 2), y.var()),
                        Expr.add(Expr.mul(i.get(2), 2), x.var())),
                    y,
                    x));
    return Te.primFunc("max_pool", a, p);
  }

  /** {@code A · B}, or {@code A · Bᵀ}; with a bias and relu behind it if wanted. */
  public static PrimFunc matmul(
      Expr m, Expr n, Expr k, DType dtype, boolean transposed, boolean tail) {
    Tensor a = Te.placeholder("A", dtype, List.of(m, k));
    Tensor b = Te.placeholder("B", dtype, transposed ? List.of(n, k) : List.of(k, n));
    Tensor bias = Te.placeholder("bias", dtype, List.of(n));
    ReduceAxis r = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            List.of(m, n),
            i ->
                Te.sum(
                    Expr.mul(
                        a.at(i.get(0), r.var()),
                        transposed ? b.at(i.get(1), r.var()) : b.at(r.var(), i.get(1))),
                    r));
    if (!tail) {
      return Te.primFunc("matmul", a, b, c);
    }
    Tensor shifted =
        Te.compute("shifted", List.of(m, n), i -> Expr.add(c.at(i), bias.at(i.get(1))));
    Tensor d = Te.compute("D", List.of(m, n), i -> relu(shifted.at(i)));
    return Te.primFunc("matmul_bias_relu", a, b, bias, d);
  }

  /** {@code batch} products of matrices. */
  public static PrimFunc batchMatmul(long batch, long m, long n, long k) {
    Tensor a = Te.placeholder("A", FLOAT32, batch, m, k);
    Tensor b = Te.placeholder("B", FLOAT32, batch, k, n);
    ReduceAxis r = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            sizes(batch, m, n),
            i ->
                Te.sum(
                    Expr.mul(a.at(i.get(0), i.get(1), r.var()), b.at(i.get(0), r.var(), i.get(2))),
                    r));
    return Te.primFunc("batch_matmul", a, b, c);
  }

  /** Padded 3×3 convolution with stride, bias and relu. */
  public static PrimFunc conv2d(long channels, long filters, long size, long stride) {
    Tensor x = Te.placeholder("X", FLOAT32, 1, channels, size, size);
    Tensor w = Te.placeholder("W", FLOAT32, filters, channels, 3, 3);
    Tensor bias = Te.placeholder("bias", FLOAT32, filters);
    Tensor padded =
        Te.compute(
            "padded",
            sizes(1, channels, size + 2, size + 2),
            i -> {
              Expr h = i.get(2);
              Expr v = i.get(3);
              Expr inside =
                  Expr.and(
                      Expr.and(Expr.ge(h, Expr.int32(1)), Expr.lt(h, Expr.int32(size + 1))),
                      Expr.and(Expr.ge(v, Expr.int32(1)), Expr.lt(v, Expr.int32(size + 1))));
              Expr element = x.at(i.get(0), i.get(1), Expr.sub(h, 1), Expr.sub(v, 1));
              return Expr.Call.of(
                  FLOAT32, Intrinsic.IF_THEN_ELSE, inside, element, Expr.float32(0));
            });
    ReduceAxis c = Te.reduceAxis(channels, "c");
    ReduceAxis p = Te.reduceAxis(3, "p");
    ReduceAxis q = Te.reduceAxis(3, "q");
    long out = (size - 1) / stride + 1;
    Tensor y =
        Te.reduce(
            "Y",
            sizes(1, filters, out, out),
            i ->
                Te.sum(
                    Expr.mul(
                        padded.at(
                            i.get(0),
                            c.var(),
                            Expr.add(Expr.mul(i.get(2), stride), p.var()),
                            Expr.add(Expr.mul(i.get(3), stride), q.var())),
                        w.at(i.get(1), c.var(), p.var(), q.var())),
                    c,
                    p,
                    q));
    Tensor z =
        Te.compute(
            "Z", sizes(1, filters, out, out), i -> relu(Expr.add(y.at(i), bias.at(i.get(1)))));
    return Te.primFunc("conv2d", x, w, bias, z);
  }

  /** Softmax of {@code [m, n, l]} along the axis of {@code n}. */
  public static PrimFunc softmax(Expr m, Expr n, Expr l) {
    List<Expr> shape = List.of(m, n, l);
    Tensor x = Te.placeholder("X", FLOAT32, shape);
    ReduceAxis k = Te.reduceAxis(n, "k");
    ReduceAxis r = Te.reduceAxis(n, "r");
    Tensor max = Te.reduce("max", List.of(m, l), i -> Te.max(x.at(i.get(0), k.var(), i.get(1)), k));
    Tensor exp =
        Te.compute(
            "exp",
            shape,
            i ->
                Expr.Call.of(
                    FLOAT32, Intrinsic.EXP, Expr.sub(x.at(i), max.at(i.get(0), i.get(2)))));
    Tensor sum =
        Te.reduce("sum", List.of(m, l), i -> Te.sum(exp.at(i.get(0), r.var(), i.get(1)), r));
    Tensor y = Te.compute("Y", shape, i -> Expr.div(exp.at(i), sum.at(i.get(0), i.get(2))));
    return Te.primFunc("softmax", x, y);
  }

  /** Rows minus their mean, divided by the root of their variance. */
  public static PrimFunc layerNorm(Expr m, Expr n) {
    Tensor x = Te.placeholder("X", FLOAT32, List.of(m, n));
    Expr count = Expr.cast(FLOAT32, n);
    ReduceAxis k = Te.reduceAxis(n, "k");
    ReduceAxis r = Te.reduceAxis(n, "r");
    Tensor sum = Te.reduce("sum", List.of(m), i -> Te.sum(x.at(i.get(0), k.var()), k));
    Tensor mean = Te.compute("mean", List.of(m), i -> Expr.div(sum.at(i), count));
    Tensor centred =
        Te.compute("centred", List.of(m, n), i -> Expr.sub(x.at(i), mean.at(i.get(0))));
    Tensor squares =
        Te.reduce(
            "squares",
            List.of(m),
            i -> {
              Expr value = centred.at(i.get(0), r.var());
              return Te.sum(Expr.mul(value, value), r);
            });
    Tensor y =
        Te.compute(
            "Y",
            List.of(m, n),
            i -> {
              Expr variance = Expr.div(squares.at(i.get(0)), count);
              Expr root =
                  Expr.Call.of(FLOAT32, Intrinsic.SQRT, Expr.add(variance, Expr.float32(1e-5)));
              return Expr.div(centred.at(i), root);
            });
    return Te.primFunc("layer_norm", x, y);
  }

  /** {@code C[i] = A[index[i]]}. */
  public static PrimFunc gather(Expr n, long rows) {
    Tensor a = Te.placeholder("A", FLOAT32, rows);
    Tensor index = Te.placeholder("index", INT32, List.of(n));
    Tensor c = Te.compute("C", List.of(n), i -> a.at(Expr.floorMod(index.at(i), Expr.int32(rows))));
    return Te.primFunc("gather", a, index, c);
  }
}
