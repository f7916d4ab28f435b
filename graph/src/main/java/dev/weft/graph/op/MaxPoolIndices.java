package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Maximum pooling that also gives where the greatest elements are (int64): their positions in the
 * whole operand, row by row or, within a channel, with the first spatial dimension fastest.
 *
 * @param pool the pooling, of kind maximum
 * @param columnMajor whether the first spatial dimension is the fastest
 */
public record MaxPoolIndices(Pool pool, boolean columnMajor) implements Operator {
  @Override
  public String name() {
    return pool.name() + "_indices";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    TensorType values = (TensorType) pool.infer(args);
    return new TupleType(List.of(values, values.withDtype(DType.INT64)));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    Window window = pool.window();
    int rank = window.rank();
    return Te.pointwise(
        name(),
        call.shape(0),
        List.of(call.shape(0), call.shape(1)),
        List.of(dtype, DType.INT64),
        List.of(call.tensor(0)),
        (point, in, out) -> {
          Code code = new Code(call);
          Code.Cell best = code.cell("best", Maths.lowest(dtype));
          Code.Cell where = code.cell("where", Expr.imm(DType.INT64, -1L));
          code.loops(
              "k",
              pool.kernel().stream().map(call::index).toList(),
              k -> {
                List<Expr> at = new ArrayList<>(point.list().subList(0, 2));
                Expr inside = Expr.bool(true);
                for (int d = 0; d < rank; d++) {
                  Expr begin = Expr.mul(point.get(d + 2), window.strides().get(d));
                  Expr tap = Expr.mul(k.get(d), window.dilations().get(d));
                  Expr place = Expr.sub(Expr.add(begin, tap), window.before().get(d));
                  inside = Expr.and(inside, Indices.inside(call, place, call.dim(0, d + 2)));
                  at.add(place);
                }
                code.when(
                    inside,
                    () -> {
                      Code.Cell element = code.cell("element", Code.load(in.get(0), at));
                      Expr first = Expr.lt(where.get(), Expr.imm(DType.INT64, 0L));
                      code.when(
                          Expr.or(first, Expr.gt(element.get(), best.get())),
                          () -> {
                            best.set(element.get());
                            where.set(position(call, at));
                          });
                    });
              });
          code.store(out.get(0), best.get(), point.list());
          code.store(out.get(1), where.get(), point.list());
          return code.done();
        });
  }

  private Expr position(Lowering call, List<Expr> at) {
    Expr position =
        Expr.cast(DType.INT64, Expr.add(Expr.mul(at.get(0), call.dim(0, 1)), at.get(1)));
    int rank = at.size() - 2;
    for (int d = 0; d < rank; d++) {
      position = Expr.mul(position, Expr.cast(DType.INT64, call.dim(0, d + 2)));
    }
    Expr inner = Expr.imm(DType.INT64, 0L);
    for (int i = 0; i < rank; i++) {
      int d = 2 + (columnMajor ? rank - 1 - i : i);
      Expr size = Expr.cast(DType.INT64, call.dim(0, d));
      inner = Expr.add(Expr.mul(inner, size), Expr.cast(DType.INT64, at.get(d)));
    }
    return Expr.add(position, inner);
  }
}
