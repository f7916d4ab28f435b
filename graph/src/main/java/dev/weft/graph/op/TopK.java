package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The k greatest or least elements along an axis, best first, and where they are (int64); of equal
 * ones the first comes first, NaN counts as greatest. One thread a line, by insertion: n·k steps.
 *
 * @param axis the axis, from 0
 * @param k how many
 * @param largest whether the greatest are wanted
 */
public record TopK(int axis, IntExpr k, boolean largest) implements Operator {
  @Override
  public String name() {
    return "top_k";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensorOfRank(0, 1);
    operands.axis(axis, x.rank());
    List<IntExpr> dims = new ArrayList<>(x.shape().dims());
    dims.set(axis, k);
    TensorType values = x.withShape(new Shape(dims));
    return new TupleType(List.of(values, values.withDtype(DType.INT64)));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    Expr none = Expr.imm(DType.INT64, -1L);
    return Te.pointwise(
        name(),
        Lines.extents(call, 0, axis),
        List.of(call.shape(0), call.shape(1)),
        List.of(dtype, DType.INT64),
        List.of(call.tensor(0)),
        (line, in, out) -> {
          Code code = new Code(call);
          Buffer values = out.get(0);
          Buffer places = out.get(1);
          code.loop(
              "p", call.expr(k), p -> code.store(places, none, Lines.at(line.list(), axis, p)));
          code.loop(
              "i",
              call.dim(0, axis),
              i -> {
                // What is carried goes in where it is better than what is there, which is then
                // carried on.
                Expr first = Code.load(in.get(0), Lines.at(line.list(), axis, i));
                Code.Cell value = code.cell("value", first);
                Code.Cell place = code.cell("place", Expr.cast(DType.INT64, i));
                code.loop(
                    "p",
                    call.expr(k),
                    p -> {
                      List<Expr> at = Lines.at(line.list(), axis, p);
                      Code.Cell oldPlace = code.cell("old_place", Code.load(places, at));
                      code.when(
                          Expr.lt(oldPlace.get(), Expr.imm(DType.INT64, 0L)),
                          () -> {
                            code.when(
                                Expr.ge(place.get(), Expr.imm(DType.INT64, 0L)),
                                () -> {
                                  code.store(values, value.get(), at);
                                  code.store(places, place.get(), at);
                                  place.set(none);
                                });
                          },
                          () -> {
                            Code.Cell old = code.cell("old", Code.load(values, at));
                            code.when(
                                Expr.and(
                                    Expr.ge(place.get(), Expr.imm(DType.INT64, 0L)),
                                    better(value.get(), place.get(), old.get(), oldPlace.get())),
                                () -> {
                                  code.store(values, value.get(), at);
                                  code.store(places, place.get(), at);
                                  value.set(old.get());
                                  place.set(oldPlace.get());
                                });
                          });
                    });
              });
          return code.done();
        });
  }

  private Expr better(Expr value, Expr place, Expr other, Expr otherPlace) {
    boolean bool = value.dtype().isBool();
    Expr a = bool ? Expr.cast(DType.INT32, value) : value;
    Expr b = bool ? Expr.cast(DType.INT32, other) : other;
    Expr greater = Expr.gt(a, b);
    Expr less = Expr.lt(a, b);
    if (value.dtype().isFloat()) {
      Expr aNan = Expr.Call.of(DType.BOOL, Intrinsic.ISNAN, a);
      Expr bNan = Expr.Call.of(DType.BOOL, Intrinsic.ISNAN, b);
      greater = Expr.or(greater, Expr.and(aNan, Expr.not(bNan)));
      less = Expr.or(less, Expr.and(bNan, Expr.not(aNan)));
    }
    Expr equal = Expr.not(Expr.or(greater, less));
    return Expr.or(largest ? greater : less, Expr.and(equal, Expr.lt(place, otherPlace)));
  }
}
