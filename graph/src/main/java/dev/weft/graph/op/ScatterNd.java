package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The first operand with elements or slices changed: each row (along the last dimension) of the
 * second operand gives leading indices, the third has what goes there. One thread for each element
 * of a slice goes through the rows in order. Indices out of range change nothing.
 *
 * @param reduction how an update and what was there are combined
 */
public record ScatterNd(ScatterReduction reduction) implements Operator {
  @Override
  public String name() {
    return "scatter_nd";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 3, 3);
    TensorType data = operands.tensorOfRank(0, 1);
    TensorType indices = operands.tensorOfRank(1, 1);
    TensorType updates = operands.tensor(2);
    operands.sameDtype(0, 2);
    int width = GatherNd.width(indices);
    List<IntExpr> dims = new ArrayList<>(indices.shape().dims().subList(0, indices.rank() - 1));
    boolean fits = indices.dtype().isInt() && width <= data.rank();
    if (fits) {
      dims.addAll(data.shape().dims().subList(width, data.rank()));
    }
    if (!fits || updates.rank() != dims.size()) {
      throw operands.failure(
          "indices " + indices + " and updates " + updates + " don't fit " + data);
    }
    for (int i = 0; i < dims.size(); i++) {
      operands.sameSize(updates.dim(i), dims.get(i), "the sizes of dimension " + i + " of updates");
    }
    return data;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType data = call.type(0);
    int width = GatherNd.width(call.type(1));
    int rows = call.type(1).rank() - 1;
    List<Expr> leading = call.exprs(data.shape()).subList(0, width);
    List<Expr> slice = call.exprs(data.shape()).subList(width, data.rank());
    return Te.pointwise(
        name(),
        slice,
        List.of(call.shape()),
        List.of(data.dtype()),
        List.of(call.tensor(0), call.tensor(1), call.tensor(2)),
        (point, in, out) -> {
          Code code = new Code(call);
          code.loops(
              "i",
              leading,
              i -> {
                List<Expr> at = new ArrayList<>(i);
                at.addAll(point.list());
                code.store(out.get(0), Code.load(in.get(0), at), at);
              });
          code.loops(
              "r",
              call.exprs(call.type(1).shape()).subList(0, rows),
              row -> {
                List<Expr> to = new ArrayList<>();
                Expr inside = Expr.bool(true);
                for (int d = 0; d < width; d++) {
                  List<Expr> at = new ArrayList<>(row);
                  at.add(call.index(d));
                  Expr index = Indices.fromStart(call, Code.load(in.get(1), at), leading.get(d));
                  inside = Expr.and(inside, Indices.inside(call, index, leading.get(d)));
                  to.add(index);
                }
                to.addAll(point.list());
                List<Expr> from = new ArrayList<>(row);
                from.addAll(point.list());
                code.when(
                    inside,
                    () -> {
                      Expr old = Code.load(out.get(0), to);
                      Expr update = Code.load(in.get(2), from);
                      code.store(out.get(0), reduction.combine(old, update), to);
                    });
              });
          return code.done();
        });
  }
}
