package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Running sums or products along an axis: each line is gone through once. Those of narrow floats
 * are built up in float32.
 *
 * @param product whether elements are multiplied rather than added
 * @param axis the axis, from 0
 * @param exclusive whether an element itself does not count
 * @param reverse whether it begins at the end
 */
public record Cumulative(boolean product, int axis, boolean exclusive, boolean reverse)
    implements Operator {
  @Override
  public String name() {
    return product ? "cumprod" : "cumsum";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    operands.axis(axis, x.rank());
    if (x.dtype().isBool()) {
      throw operands.failure("does not take bool");
    }
    return x;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType wide = Maths.accumulator(dtype);
    Expr length = call.dim(0, axis);
    return Te.pointwise(
        name(),
        Lines.extents(call, 0, axis),
        List.of(call.shape()),
        List.of(dtype),
        List.of(call.tensor(0)),
        (line, in, out) -> {
          Code code = new Code(call);
          Code.Cell total = code.cell("total", Expr.imm(wide, product ? 1 : 0));
          code.loop(
              "k",
              length,
              k -> {
                Expr position = reverse ? Expr.sub(Expr.sub(length, 1), k) : k;
                List<Expr> at = Lines.at(line.list(), axis, position);
                Expr element = Expr.cast(wide, Code.load(in.get(0), at));
                Expr next =
                    product ? Expr.mul(total.get(), element) : Expr.add(total.get(), element);
                if (exclusive) {
                  Code.Cell before = code.cell("before", total.get());
                  total.set(next);
                  code.store(out.get(0), Expr.cast(dtype, before.get()), at);
                } else {
                  total.set(next);
                  code.store(out.get(0), Expr.cast(dtype, total.get()), at);
                }
              });
          return code.done();
        });
  }
}
