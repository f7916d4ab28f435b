package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * What {@link NonMaxSelect} took, one behind the other: rows of batch, class and box (int64).
 *
 * @param count how many there are in all
 */
public record NonMaxCollect(IntExpr count) implements Operator {
  @Override
  public String name() {
    return "non_max_collect";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands.of(this, args, 2, 2);
    return new TensorType(new Shape(List.of(count, IntExpr.of(3))), DType.INT64);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return Te.pointwise(
        name(),
        List.of(),
        List.of(call.shape()),
        List.of(DType.INT64),
        List.of(call.tensor(0), call.tensor(1)),
        (point, in, out) -> {
          Code code = new Code(call);
          Code.Cell row = code.cell("row", call.index(0));
          code.loops(
              "i",
              List.of(call.dim(0, 0), call.dim(0, 1), call.dim(0, 2)),
              i -> {
                Expr taken = Code.load(in.get(1), i.get(0), i.get(1));
                Expr counts = Expr.lt(Expr.cast(DType.INT64, i.get(2)), taken);
                Expr room = Expr.lt(row.get(), call.expr(count));
                code.when(
                    Expr.and(counts, room),
                    () -> {
                      Expr box = Code.load(in.get(0), i);
                      code.store(
                          out.get(0), Expr.cast(DType.INT64, i.get(0)), row.get(), call.index(0));
                      code.store(
                          out.get(0), Expr.cast(DType.INT64, i.get(1)), row.get(), call.index(1));
                      code.store(out.get(0), box, row.get(), call.index(2));
                      row.add(call.index(1));
                    });
              });
          return code.done();
        });
  }
}
