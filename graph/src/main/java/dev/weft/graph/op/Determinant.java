package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The determinants of matrices, by elimination with row pivots; one thread a matrix. */
public record Determinant() implements Operator {
  @Override
  public String name() {
    return "determinant";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.floating(0);
    operands.tensorOfRank(0, 2);
    operands.sameSize(x.dim(x.rank() - 2), x.dim(x.rank() - 1), "the sizes of the matrices");
    return x.withShape(new Shape(x.shape().dims().subList(0, x.rank() - 2)));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType x = call.type(0);
    DType wide = Maths.accumulator(x.dtype());
    Expr size = call.dim(0, x.rank() - 1);
    List<Tensor> results =
        Te.pointwise(
            name(),
            call.shape(),
            List.of(call.shape(), call.exprs(x.shape())),
            List.of(x.dtype(), wide),
            List.of(call.tensor(0)),
            (point, in, out) -> {
              Code code = new Code(call);
              Buffer m = out.get(1);
              code.loops(
                  "i",
                  List.of(size, size),
                  i -> {
                    List<Expr> at = at(point.list(), i.get(0), i.get(1));
                    code.store(m, Expr.cast(wide, Code.load(in.get(0), at)), at);
                  });
              Code.Cell result = code.cell("result", Expr.imm(wide, 1));
              code.loop("k", size, k -> eliminate(code, m, point.list(), k, size, result));
              code.store(out.get(0), Expr.cast(x.dtype(), result.get()), point.list());
              return code.done();
            });
    return results.subList(0, 1);
  }

  private static List<Expr> at(List<Expr> matrix, Expr row, Expr column) {
    List<Expr> indices = new ArrayList<>(matrix);
    indices.add(row);
    indices.add(column);
    return indices;
  }

  private static void eliminate(
      Code code, Buffer m, List<Expr> matrix, Expr k, Expr size, Code.Cell result) {
    Code.Cell pivot = code.cell("pivot", k);
    Expr below = Expr.sub(size, k);
    code.loop(
        "i",
        below,
        i -> {
          Expr row = Expr.add(k, i);
          Expr own = Maths.call(Intrinsic.ABS, Code.load(m, at(matrix, row, k)));
          Expr best = Maths.call(Intrinsic.ABS, Code.load(m, at(matrix, pivot.get(), k)));
          code.when(Expr.gt(own, best), () -> pivot.set(row));
        });
    code.when(
        Expr.ne(pivot.get(), k),
        () -> {
          result.set(Maths.neg(result.get()));
          code.loop(
              "j",
              size,
              j -> {
                Code.Cell kept = code.cell("kept", Code.load(m, at(matrix, k, j)));
                Expr other = Code.load(m, at(matrix, pivot.get(), j));
                code.store(m, other, at(matrix, k, j));
                code.store(m, kept.get(), at(matrix, pivot.get(), j));
              });
        });
    Code.Cell head = code.cell("head", Code.load(m, at(matrix, k, k)));
    result.set(Expr.mul(result.get(), head.get()));
    code.when(
        Expr.ne(head.get(), Maths.number(head.get(), 0)),
        () ->
            code.loop(
                "i",
                Expr.sub(below, 1),
                i -> {
                  Expr row = Expr.add(Expr.add(k, i), 1);
                  Code.Cell factor =
                      code.cell("factor", Expr.div(Code.load(m, at(matrix, row, k)), head.get()));
                  code.loop(
                      "j",
                      below,
                      j -> {
                        Expr column = Expr.add(k, j);
                        Expr change = Expr.mul(factor.get(), Code.load(m, at(matrix, k, column)));
                        List<Expr> at = at(matrix, row, column);
                        code.store(m, Expr.sub(Code.load(m, at), change), at);
                      });
                }));
  }
}
