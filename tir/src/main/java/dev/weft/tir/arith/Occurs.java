package dev.weft.tir.arith;

import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.function.Predicate;

/** Searches expressions. */
final class Occurs {
  private Occurs() {}

  static boolean in(Expr e, Var v) {
    return any(e, x -> x == v);
  }

  /** Whether the expression reads memory or calls something whose value is not an index. */
  static boolean data(Expr e) {
    return any(e, x -> x instanceof Expr.Load || (x instanceof Expr.Call c && !isChoice(c)));
  }

  /** Whether evaluating twice, or not at all, may make a difference. */
  static boolean effect(Expr e) {
    return any(
        e,
        x ->
            x instanceof Expr.Call c
                && !(c.callee() instanceof Intrinsic i
                    && (i.effect == Intrinsic.Effect.PURE || i.effect == Intrinsic.Effect.READ)));
  }

  private static boolean isChoice(Expr.Call c) {
    return c.is(Intrinsic.IF_THEN_ELSE) || c.is(Intrinsic.LIKELY);
  }

  /** Whether the expression, written out as a tree, has more nodes than this. */
  static boolean larger(Expr e, int limit) {
    int[] left = {limit};
    return any(e, x -> --left[0] < 0);
  }

  static boolean any(Expr e, Predicate<Expr> what) {
    if (what.test(e)) {
      return true;
    }
    if (e instanceof Var || e instanceof Expr.IntImm) {
      return false;
    }
    boolean[] found = {false};
    Children.map(
        e,
        child -> {
          found[0] = found[0] || any(child, what);
          return child;
        });
    return found[0];
  }
}
