package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The indices of the elements that are not 0, in row-major order: a column of {@code int64[rank,
 * count]} each. How many they are is counted before ({@code Cast} to bool, then {@code Reduce}),
 * and read while the model runs. One thread goes through the elements.
 *
 * @param count how many elements are not 0
 */
public record NonZero(IntExpr count) implements Operator {
  @Override
  public String name() {
    return "non_zero";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    TensorType x = Operands.of(this, args, 1, 1).tensor(0);
    return new TensorType(new Shape(List.of(IntExpr.of(x.rank()), count)), DType.INT64);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return Te.extern(
        name(),
        List.of(call.shape()),
        List.of(DType.INT64),
        List.of(call.tensor(0)),
        (in, out) -> collect(call, in.get(0), out.get(0)));
  }

  private static Stmt collect(Lowering call, Buffer x, Buffer out) {
    DType index = call.index(0).dtype();
    Buffer found = Buffer.of("found", index, Scope.LOCAL, List.of(call.index(1)));
    List<Expr> counter = List.of(call.index(0));
    Expr column = new Expr.Load(found, counter);
    List<Var> vars = new ArrayList<>();
    for (int d = 0; d < x.shape().size(); d++) {
      vars.add(Var.of("i" + d, index));
    }
    List<Stmt> take = new ArrayList<>();
    for (int d = 0; d < vars.size(); d++) {
      Expr value = Expr.cast(DType.INT64, vars.get(d));
      take.add(new Stmt.Store(out, value, List.of(call.index(d), column)));
    }
    take.add(new Stmt.Store(found, Expr.add(column, 1), counter));
    Expr element = new Expr.Load(x, List.copyOf(vars));
    Stmt body = new Stmt.If(Expr.ne(element, Maths.number(element, 0)), Stmt.seq(take), null);
    for (int d = vars.size() - 1; d >= 0; d--) {
      body = Stmt.For.serial(vars.get(d), x.shape().get(d), body);
    }
    Stmt all = Stmt.seq(new Stmt.Store(found, call.index(0), counter), body);
    return new Stmt.Allocate(
        found.data(),
        index,
        List.of(call.index(1)),
        Expr.bool(true),
        Map.of(),
        new Stmt.DeclBuffer(found, all));
  }
}
