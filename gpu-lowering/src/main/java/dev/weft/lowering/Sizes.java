package dev.weft.lowering;

import dev.weft.base.IntExpr;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;

/** Turns integer expressions over symbolic dimensions into what the runtime evaluates. */
final class Sizes {
  private Sizes() {}

  /**
   * The expression with each variable as the symbol of its name.
   *
   * @throws LoweringException if something in it is no arithmetic of sizes
   */
  static IntExpr of(Expr e, String function) {
    return switch (e) {
      case Expr.IntImm(var dtype, long value) -> IntExpr.of(value);
      case Var v -> IntExpr.symbol(v.name());
      case Expr.Cast(var dtype, Expr value) -> of(value, function);
      case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
          IntExpr.of(operation(op, function), of(a, function), of(b, function));
      case Expr.FloatImm x -> throw refuse(function);
      case Expr.StringImm x -> throw refuse(function);
      case Expr.Not x -> throw refuse(function);
      case Expr.Select x -> throw refuse(function);
      case Expr.Load x -> throw refuse(function);
      case Expr.Ramp x -> throw refuse(function);
      case Expr.Broadcast x -> throw refuse(function);
      case Expr.Let x -> throw refuse(function);
      case Expr.Shuffle x -> throw refuse(function);
      case Expr.Call x -> throw refuse(function);
    };
  }

  private static IntExpr.Op operation(BinaryOp op, String function) {
    return switch (op) {
      case ADD -> IntExpr.Op.ADD;
      case SUB -> IntExpr.Op.SUB;
      case MUL -> IntExpr.Op.MUL;
      // Sizes are never negative, so both divisions are one.
      case FLOOR_DIV, DIV -> IntExpr.Op.FLOOR_DIV;
      case FLOOR_MOD, MOD -> IntExpr.Op.FLOOR_MOD;
      case MIN -> IntExpr.Op.MIN;
      case MAX -> IntExpr.Op.MAX;
      case EQ, NE, LT, LE, GT, GE, AND, OR -> throw refuse(function);
    };
  }

  private static LoweringException refuse(String function) {
    return new LoweringException(
        "a launch extent or a buffer size is not arithmetic of dimensions",
        function,
        "make extents of bound loops constants or functions of the arguments' shapes");
  }
}
