package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The first operand with elements changed: each element of the third (updates) goes to the place
 * that the second (indices, of the same shape) gives along an axis, with the same other indices.
 * Each line along the axis is written by one thread, in the updates' order. Indices out of range
 * change nothing.
 *
 * @param axis the axis, from 0
 * @param reduction how an update and what was there are combined
 */
public record ScatterElements(int axis, ScatterReduction reduction) implements Operator {
  @Override
  public String name() {
    return "scatter_elements";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 3, 3);
    TensorType data = operands.tensorOfRank(0, 1);
    TensorType indices = operands.tensor(1);
    TensorType updates = operands.tensor(2);
    operands.sameDtype(0, 2);
    operands.axis(axis, data.rank());
    if (!indices.dtype().isInt()
        || indices.rank() != data.rank()
        || updates.rank() != data.rank()) {
      throw operands.failure(
          "indices " + indices + " and updates " + updates + " don't fit " + data);
    }
    for (int i = 0; i < data.rank(); i++) {
      operands.sameSize(
          indices.dim(i),
          updates.dim(i),
          "the sizes of dimension " + i + " of indices and updates");
    }
    return data;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    Expr length = call.dim(0, axis);
    return Te.pointwise(
        name(),
        Lines.extents(call, 0, axis),
        List.of(call.shape()),
        List.of(call.type(0).dtype()),
        List.of(call.tensor(0), call.tensor(1), call.tensor(2)),
        (line, in, out) -> {
          Code code = new Code(call);
          code.loop(
              "i",
              length,
              i -> {
                List<Expr> at = Lines.at(line.list(), axis, i);
                code.store(out.get(0), Code.load(in.get(0), at), at);
              });
          Expr touched = Expr.bool(true);
          for (int d = 0, other = 0; d < call.type(0).rank(); d++) {
            if (d != axis) {
              touched = Expr.and(touched, Expr.lt(line.get(other++), call.dim(1, d)));
            }
          }
          code.when(
              touched,
              () ->
                  code.loop(
                      "k",
                      call.dim(1, axis),
                      k -> {
                        List<Expr> from = Lines.at(line.list(), axis, k);
                        Expr index = Indices.fromStart(call, Code.load(in.get(1), from), length);
                        code.when(
                            Indices.inside(call, index, length),
                            () -> {
                              List<Expr> to = Lines.at(line.list(), axis, index);
                              Expr update = Code.load(in.get(2), from);
                              Expr old = Code.load(out.get(0), to);
                              code.store(out.get(0), reduction.combine(old, update), to);
                            });
                      }));
          return code.done();
        });
  }
}
