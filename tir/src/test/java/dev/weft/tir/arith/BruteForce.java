package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Values of integer expressions by definition, lane by lane, without wrap-around. */
final class BruteForce {
  private BruteForce() {}

  /** Thrown where an expression has no value. */
  static final class Undefined extends RuntimeException {
    Undefined() {
      super("division by 0", null, false, false);
    }
  }

  static long eval(Expr e, Map<Var, Long> env) {
    return lane(e, env, 0);
  }

  static long lane(Expr e, Map<Var, Long> env, int lane) {
    return switch (e) {
      case Var v -> {
        Long value = env.get(v);
        if (value == null) {
          throw new IllegalStateException("no value for " + v);
        }
        yield value;
      }
      case Expr.IntImm imm -> imm.value();
      case Expr.Cast(var dtype, var value) ->
          dtype.isBool() ? (lane(value, env, lane) != 0 ? 1 : 0) : lane(value, env, lane);
      case Expr.Binary(var op, var a, var b) -> {
        long x = lane(a, env, lane);
        long y = lane(b, env, lane);
        yield binary(op, x, y);
      }
      case Expr.Not(var value) -> 1 - lane(value, env, lane);
      case Expr.Select(var c, var t, var f) -> lane(lane(c, env, lane) != 0 ? t : f, env, lane);
      case Expr.Ramp(var base, var stride, var lanes) ->
          lane(base, env, 0) + lane(stride, env, 0) * lane;
      case Expr.Broadcast(var value, var lanes) -> lane(value, env, 0);
      case Expr.Let(var v, var value, var body) -> {
        Map<Var, Long> inner = new LinkedHashMap<>(env);
        inner.put(v, lane(value, env, lane));
        yield lane(body, inner, lane);
      }
      case Expr.Call call when call.is(Intrinsic.IF_THEN_ELSE) ->
          lane(call.args().get(lane(call.args().get(0), env, lane) != 0 ? 1 : 2), env, lane);
      case Expr.Call call when call.is(Intrinsic.LIKELY) -> lane(call.args().get(0), env, lane);
      case Expr x -> throw new IllegalStateException("no value for " + x);
    };
  }

  private static long binary(BinaryOp op, long x, long y) {
    boolean division =
        op == BinaryOp.DIV
            || op == BinaryOp.MOD
            || op == BinaryOp.FLOOR_DIV
            || op == BinaryOp.FLOOR_MOD;
    if (division && y == 0) {
      throw new Undefined();
    }
    return switch (op) {
      case ADD -> x + y;
      case SUB -> x - y;
      case MUL -> x * y;
      case DIV -> x / y;
      case MOD -> x % y;
      case FLOOR_DIV -> Math.floorDiv(x, y);
      case FLOOR_MOD -> Math.floorMod(x, y);
      case MIN -> Math.min(x, y);
      case MAX -> Math.max(x, y);
      case EQ -> x == y ? 1 : 0;
      case NE -> x != y ? 1 : 0;
      case LT -> x < y ? 1 : 0;
      case LE -> x <= y ? 1 : 0;
      case GT -> x > y ? 1 : 0;
      case GE -> x >= y ? 1 : 0;
      case AND -> x & y;
      case OR -> x | y;
    };
  }

  /** Every assignment of the variables within their constant ranges. */
  static void forAll(Map<Var, Range> domain, Consumer<Map<Var, Long>> body) {
    List<Var> vars = new ArrayList<>(domain.keySet());
    forAll(domain, vars, 0, new LinkedHashMap<>(), body);
  }

  private static void forAll(
      Map<Var, Range> domain,
      List<Var> vars,
      int i,
      Map<Var, Long> env,
      Consumer<Map<Var, Long>> body) {
    if (i == vars.size()) {
      body.accept(env);
      return;
    }
    Range range = java.util.Objects.requireNonNull(domain.get(vars.get(i)));
    long min = eval(range.min(), env);
    long extent = eval(range.extent(), env);
    for (long v = min; v < min + extent; v++) {
      env.put(vars.get(i), v);
      forAll(domain, vars, i + 1, env, body);
    }
    env.remove(vars.get(i));
  }
}
