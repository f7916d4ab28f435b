package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** Programs that lowering and its backends are tested with, as tensor expressions. */
final class Programs {
  private Programs() {}

  static PrimFunc add(DType dtype, long n) {
    Tensor a = Te.placeholder("A", dtype, n);
    Tensor b = Te.placeholder("B", dtype, n);
    Tensor c =
        Te.compute("C", List.of(Expr.int32(n)), i -> Expr.add(a.at(i.get(0)), b.at(i.get(0))));
    return Te.primFunc("add", a, b, c);
  }

  static PrimFunc symbolicScale() {
    Var n = Var.int32("n");
    Var m = Var.int32("m");
    Tensor a = Te.placeholder("A", DType.FLOAT32, List.of(n, m));
    Tensor c =
        Te.compute("C", List.of(n, m), i -> Expr.mul(a.at(i.get(0), i.get(1)), Expr.float32(3)));
    return Te.primFunc("scale", a, c);
  }

  static PrimFunc matmul(DType dtype, long m, long n, long k) {
    Tensor a = Te.placeholder("A", dtype, m, k);
    Tensor b = Te.placeholder("B", dtype, k, n);
    ReduceAxis r = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            List.of(Expr.int32(m), Expr.int32(n)),
            i -> Te.sum(Expr.mul(a.at(i.get(0), r.var()), b.at(r.var(), i.get(1))), r));
    return Te.primFunc("matmul", a, b, c);
  }

  /** A product of matrices of 16-bit floats, summed up in float32. */
  static PrimFunc wideMatmul(DType dtype, long m, long n, long k) {
    Tensor a = Te.placeholder("A", dtype, m, k);
    Tensor b = Te.placeholder("B", dtype, k, n);
    ReduceAxis r = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            List.of(Expr.int32(m), Expr.int32(n)),
            i ->
                Te.sum(
                    Expr.mul(
                        Expr.cast(DType.FLOAT32, a.at(i.get(0), r.var())),
                        Expr.cast(DType.FLOAT32, b.at(r.var(), i.get(1)))),
                    r));
    return Te.primFunc("matmul", a, b, c);
  }

  static PrimFunc matmulRelu(long m, long n, long k) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, m, k);
    Tensor b = Te.placeholder("B", DType.FLOAT32, k, n);
    Tensor bias = Te.placeholder("bias", DType.FLOAT32, n);
    ReduceAxis r = Te.reduceAxis(k, "k");
    List<Expr> shape = List.of(Expr.int32(m), Expr.int32(n));
    Tensor c =
        Te.reduce(
            "C", shape, i -> Te.sum(Expr.mul(a.at(i.get(0), r.var()), b.at(r.var(), i.get(1))), r));
    Tensor d =
        Te.compute(
            "D",
            shape,
            i -> Expr.max(Expr.add(c.at(i.get(0), i.get(1)), bias.at(i.get(1))), Expr.float32(0)));
    return Te.primFunc("matmul_relu", a, b, bias, d);
  }

  static PrimFunc softmax(long rows, long columns) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, rows, columns);
    List<Expr> shape = List.of(Expr.int32(rows), Expr.int32(columns));
    ReduceAxis k1 = Te.reduceAxis(columns, "k1");
    ReduceAxis k2 = Te.reduceAxis(columns, "k2");
    Tensor max =
        Te.reduce("row_max", List.of(Expr.int32(rows)), i -> Te.max(a.at(i.get(0), k1.var()), k1));
    Tensor exp =
        Te.compute(
            "exp",
            shape,
            i ->
                Expr.Call.of(
                    DType.FLOAT32,
                    Intrinsic.EXP,
                    Expr.sub(a.at(i.get(0), i.get(1)), max.at(i.get(0)))));
    Tensor sum =
        Te.reduce(
            "row_sum", List.of(Expr.int32(rows)), i -> Te.sum(exp.at(i.get(0), k2.var()), k2));
    Tensor out =
        Te.compute("out", shape, i -> Expr.div(exp.at(i.get(0), i.get(1)), sum.at(i.get(0))));
    return Te.primFunc("softmax", a, out);
  }

  static PrimFunc conv(long channels, long size, long filters) {
    Tensor x = Te.placeholder("X", DType.FLOAT32, channels, size, size);
    Tensor w = Te.placeholder("W", DType.FLOAT32, filters, channels, 3, 3);
    Tensor padded =
        Te.compute(
            "padded",
            List.of(Expr.int32(channels), Expr.int32(size + 2), Expr.int32(size + 2)),
            i -> {
              Expr y = i.get(1);
              Expr z = i.get(2);
              Expr inside =
                  Expr.and(
                      Expr.and(Expr.ge(y, Expr.int32(1)), Expr.le(y, Expr.int32(size))),
                      Expr.and(Expr.ge(z, Expr.int32(1)), Expr.le(z, Expr.int32(size))));
              return Expr.Call.of(
                  DType.FLOAT32,
                  Intrinsic.IF_THEN_ELSE,
                  inside,
                  x.at(i.get(0), Expr.sub(y, 1), Expr.sub(z, 1)),
                  Expr.float32(0));
            });
    ReduceAxis c = Te.reduceAxis(channels, "c");
    ReduceAxis dy = Te.reduceAxis(3, "dy");
    ReduceAxis dx = Te.reduceAxis(3, "dx");
    Tensor out =
        Te.reduce(
            "out",
            List.of(Expr.int32(filters), Expr.int32(size), Expr.int32(size)),
            i ->
                Te.sum(
                    Expr.mul(
                        padded.at(
                            c.var(), Expr.add(i.get(1), dy.var()), Expr.add(i.get(2), dx.var())),
                        w.at(i.get(0), c.var(), dy.var(), dx.var())),
                    c,
                    dy,
                    dx));
    return Te.primFunc("conv", x, w, out);
  }

  static PrimFunc maxPool(long channels, long size) {
    Tensor x = Te.placeholder("X", DType.FLOAT32, channels, size, size);
    ReduceAxis dy = Te.reduceAxis(2, "dy");
    ReduceAxis dx = Te.reduceAxis(2, "dx");
    Tensor out =
        Te.reduce(
            "out",
            List.of(Expr.int32(channels), Expr.int32(size / 2), Expr.int32(size / 2)),
            i ->
                Te.max(
                    x.at(
                        i.get(0),
                        Expr.add(Expr.mul(i.get(1), 2), dy.var()),
                        Expr.add(Expr.mul(i.get(2), 2), dx.var())),
                    dy,
                    dx));
    return Te.primFunc("max_pool", x, out);
  }

  static PrimFunc transpose(long m, long n) {
    Tensor a = Te.placeholder("A", DType.FLOAT32, m, n);
    Tensor b =
        Te.compute("B", List.of(Expr.int32(n), Expr.int32(m)), i -> a.at(i.get(1), i.get(0)));
    return Te.primFunc("transpose", a, b);
  }
}
