package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.stream.Collectors;

/** Short text of expressions for named cases and failures; operators bind as in Python. */
final class ExprText {
  private ExprText() {}

  static String of(Expr e) {
    return text(e, 0);
  }

  private static String text(Expr e, int outer) {
    return switch (e) {
      case Var v -> v.name();
      case Expr.IntImm imm ->
          imm.dtype().isBool() ? imm.value() != 0 ? "True" : "False" : Long.toString(imm.value());
      case Expr.FloatImm imm -> Double.toString(imm.value());
      case Expr.StringImm imm -> imm.value();
      case Expr.Cast(var dtype, var value) -> dtype + "(" + of(value) + ")";
      case Expr.Binary b -> binary(b, outer);
      case Expr.Not(var value) -> "not " + text(value, 8);
      case Expr.Select(var c, var t, var f) ->
          "select(" + of(c) + ", " + of(t) + ", " + of(f) + ")";
      case Expr.Load load ->
          load.buffer().name()
              + load.indices().stream()
                  .map(ExprText::of)
                  .collect(Collectors.joining(", ", "[", "]"));
      case Expr.Ramp(var base, var stride, var lanes) ->
          "ramp(" + of(base) + ", " + of(stride) + ", " + lanes + ")";
      case Expr.Broadcast(var value, var lanes) -> "bcast(" + of(value) + ", " + lanes + ")";
      case Expr.Let(var v, var value, var body) ->
          "let(" + v.name() + " = " + of(value) + ", " + of(body) + ")";
      case Expr.Shuffle s -> "shuffle";
      case Expr.Call call ->
          call.callee()
              + call.args().stream().map(ExprText::of).collect(Collectors.joining(", ", "(", ")"));
    };
  }

  private static String binary(Expr.Binary e, int outer) {
    BinaryOp op = e.op();
    int strength =
        switch (op) {
          case OR -> 1;
          case AND -> 2;
          case EQ, NE, LT, LE, GT, GE -> 4;
          case ADD, SUB -> 5;
          case MUL, FLOOR_DIV, FLOOR_MOD -> 6;
          case DIV, MOD, MIN, MAX -> 9;
        };
    if (strength == 9) {
      String name = op == BinaryOp.DIV ? "truncdiv" : op.text;
      return name + "(" + of(e.a()) + ", " + of(e.b()) + ")";
    }
    String space = strength == 6 ? "" : " ";
    String s = text(e.a(), strength) + space + op.text + space + text(e.b(), strength + 1);
    return strength < outer ? "(" + s + ")" : s;
  }
}
