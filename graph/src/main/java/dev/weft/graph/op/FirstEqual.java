package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** For each row of a matrix the first row that is equal to it (int64). */
public record FirstEqual() implements Operator {
  @Override
  public String name() {
    return "first_equal";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensorOfRank(0, 2);
    return new TensorType(new Shape(List.of(x.dim(0))), DType.INT64);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(DType.INT64),
        List.of(call.tensor(0)),
        (point, in, out) -> {
          Code code = new Code(call);
          Expr row = point.get(0);
          Code.Cell first = code.cell("first", row);
          // From the row backwards, so that the last one found is the first.
          code.loop(
              "j",
              row,
              j -> {
                Expr other = Expr.sub(Expr.sub(row, 1), j);
                Code.Cell order = Rows.compared(code, in.get(0), call.dim(0, 1), row, other);
                code.when(Expr.eq(order.get(), Expr.int32(0)), () -> first.set(other));
              });
          code.store(out.get(0), Expr.cast(DType.INT64, first.get()), row);
          return code.done();
        });
  }
}
