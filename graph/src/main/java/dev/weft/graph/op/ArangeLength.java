package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * How many floating-point numbers there are from {@code start} to before {@code limit} in steps of
 * {@code step}: {@code max(0, ceil((limit - start) / step))} as int64, no dimension; worked out in
 * float64.
 */
public record ArangeLength() implements Operator {
  @Override
  public String name() {
    return "arange_length";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 3, 3);
    operands.commonDtype();
    for (int i = 0; i < 3; i++) {
      if (operands.floating(i).rank() != 0) {
        throw operands.failure("operand " + i + " must have no dimension");
      }
    }
    return TensorType.of(DType.INT64);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            List.of(),
            axes -> {
              Expr start = wide(call, 0);
              Expr distance = Expr.sub(wide(call, 1), start);
              Expr steps =
                  Expr.Call.of(DType.FLOAT64, Intrinsic.CEIL, Expr.div(distance, wide(call, 2)));
              return Expr.cast(DType.INT64, Expr.max(steps, Expr.imm(DType.FLOAT64, 0.0)));
            }));
  }

  private static Expr wide(Lowering call, int operand) {
    return Expr.cast(DType.FLOAT64, call.at(operand, List.of()));
  }
}
