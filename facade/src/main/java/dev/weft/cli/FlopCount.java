package dev.weft.cli;

import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;

/**
 * Counts the floating-point operations of a TensorIR function as it is written: additions,
 * multiplications, divisions, minima, maxima and calls of mathematical functions, one each. Both
 * arms of a choice between values count, the initialisation of a reduction does not.
 */
final class FlopCount {
  private FlopCount() {}

  /** The operations of one call; symbolic sizes count as 1. */
  static double of(PrimFunc function) {
    return of(function.body());
  }

  private static double of(Stmt stmt) {
    return switch (stmt) {
      case Stmt.For loop -> size(loop.extent()) * of(loop.body());
      case Stmt.Block block -> of(block.body());
      case Stmt.If choice -> {
        Stmt otherwise = choice.otherwise();
        yield Math.max(of(choice.then()), otherwise == null ? 0 : of(otherwise));
      }
      case Stmt.Store store -> of(store.value());
      case Stmt.Let let -> of(let.value()) + of(let.body());
      case Stmt.Evaluate evaluate -> of(evaluate.value());
      case Stmt.Attr _,
          Stmt.Assert _,
          Stmt.Allocate _,
          Stmt.AllocateConst _,
          Stmt.DeclBuffer _,
          Stmt.Seq _,
          Stmt.While _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.ThreadGroup _,
          Stmt.BlockRealize _ -> {
        double[] sum = {0};
        Children.map(
            stmt,
            expr -> expr,
            child -> {
              sum[0] += of(child);
              return child;
            });
        yield sum[0];
      }
    };
  }

  private static double of(Expr expr) {
    double[] sum = {isOperation(expr) ? expr.dtype().lanes() : 0};
    Children.map(
        expr,
        child -> {
          sum[0] += of(child);
          return child;
        });
    return sum[0];
  }

  private static boolean isOperation(Expr expr) {
    return switch (expr) {
      case Expr.Binary binary -> binary.dtype().isFloat();
      case Expr.Call call ->
          call.dtype().isFloat()
              && call.callee() instanceof Intrinsic intrinsic
              && intrinsic != Intrinsic.IF_THEN_ELSE
              && intrinsic != Intrinsic.REINTERPRET
              && !call.args().isEmpty();
      case Expr.IntImm _,
          Expr.FloatImm _,
          Expr.StringImm _,
          Expr.Cast _,
          Expr.Not _,
          Expr.Select _,
          Expr.Load _,
          Expr.Ramp _,
          Expr.Broadcast _,
          Expr.Let _,
          Expr.Shuffle _,
          dev.weft.tir.Var _ ->
          false;
    };
  }

  /** A loop's extent. */
  private static double size(Expr extent) {
    return switch (extent) {
      case Expr.IntImm imm -> imm.value();
      case Expr.Cast cast -> size(cast.value());
      case Expr.Binary(var op, var a, var b) ->
          switch (op) {
            case ADD -> size(a) + size(b);
            case SUB -> size(a) - size(b);
            case MUL -> size(a) * size(b);
            case DIV, FLOOR_DIV -> Math.floor(size(a) / Math.max(1, size(b)));
            case MIN -> Math.min(size(a), size(b));
            case MAX -> Math.max(size(a), size(b));
            case MOD, FLOOR_MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> 1;
          };
      case Expr _ -> 1;
    };
  }
}
