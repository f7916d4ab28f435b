package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * For each row of a matrix how many different rows come before it (int64). The second operand has
 * for each row the first that is equal, see {@link FirstEqual}.
 *
 * @param sorted whether rows come before others by their elements rather than by their place
 */
public record RankAmong(boolean sorted) implements Operator {
  @Override
  public String name() {
    return "rank_among";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType first = operands.tensor(1);
    operands.sameSize(operands.tensorOfRank(0, 2).dim(0), first.dim(0), "the numbers of rows");
    return first;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType index = call.index(0).dtype();
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(DType.INT64),
        List.of(call.tensor(0), call.tensor(1)),
        (point, in, out) -> {
          Code code = new Code(call);
          Expr row = point.get(0);
          Code.Cell rank = code.cell("rank", Expr.imm(DType.INT64, 0L));
          Expr own = Expr.cast(index, Code.load(in.get(1), row));
          code.loop(
              "j",
              call.dim(0, 0),
              j ->
                  code.when(
                      Expr.eq(Expr.cast(index, Code.load(in.get(1), j)), j),
                      () -> {
                        Expr before = Expr.lt(j, own);
                        if (sorted) {
                          Code.Cell order = Rows.compared(code, in.get(0), call.dim(0, 1), j, row);
                          before = Expr.lt(order.get(), Expr.int32(0));
                        }
                        code.when(before, () -> rank.add(Expr.imm(DType.INT64, 1L)));
                      }));
          code.store(out.get(0), rank.get(), row);
          return code.done();
        });
  }
}
