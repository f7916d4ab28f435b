package dev.weft.tir.arith;

import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order of the terms of a sum, made for the reader: positive terms first, then the larger
 * scale, then names. It does not depend on identity hashes, so that output is reproducible.
 */
final class TermOrder implements Comparator<Term> {
  static final TermOrder INSTANCE = new TermOrder();
  static final Comparator<Split> SPLITS =
      (x, y) -> {
        int c = compareExprs(x.index(), y.index());
        c = c != 0 ? c : Long.compare(y.lower(), x.lower());
        return c != 0 ? c : Long.compare(y.upper(), x.upper());
      };
  static final Comparator<Expr> EXPRS = TermOrder::compareExprs;

  private TermOrder() {}

  @Override
  public int compare(Term x, Term y) {
    int c = Boolean.compare(x.scale() < 0, y.scale() < 0);
    c = c != 0 ? c : Integer.compare(y.factors().size(), x.factors().size());
    c = c != 0 ? c : Long.compare(Math.abs(y.scale()), Math.abs(x.scale()));
    return c != 0 ? c : compareFactors(x.factors(), y.factors());
  }

  static int compareFactors(List<Split> x, List<Split> y) {
    for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
      int c = SPLITS.compare(x.get(i), y.get(i));
      if (c != 0) {
        return c;
      }
    }
    return Integer.compare(x.size(), y.size());
  }

  static int compareExprs(Expr x, Expr y) {
    if (x == y) {
      return 0;
    }
    int c = Integer.compare(rank(x), rank(y));
    if (c != 0) {
      return c;
    }
    c = label(x).compareTo(label(y));
    if (c != 0) {
      return c;
    }
    if (x instanceof Var v && y instanceof Var w) {
      return Long.compare(v.serial(), w.serial());
    }
    List<Expr> xs = children(x);
    List<Expr> ys = children(y);
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      c = compareExprs(xs.get(i), ys.get(i));
      if (c != 0) {
        return c;
      }
    }
    return Integer.compare(xs.size(), ys.size());
  }

  private static int rank(Expr e) {
    return switch (e) {
      case Var v -> 0;
      case Expr.Cast c -> 1;
      case Expr.Load l -> 2;
      case Expr.Call c -> 3;
      case Expr.Binary b -> 4;
      case Expr.Select s -> 5;
      case Expr.Not n -> 6;
      case Expr.Let l -> 7;
      case Expr.Ramp r -> 8;
      case Expr.Broadcast b -> 9;
      case Expr.Shuffle s -> 10;
      case Expr.IntImm i -> 11;
      case Expr.FloatImm f -> 12;
      case Expr.StringImm s -> 13;
    };
  }

  private static String label(Expr e) {
    return switch (e) {
      case Var v -> v.name();
      case Expr.Cast c -> c.dtype().toString();
      case Expr.Load l -> l.buffer().name();
      case Expr.Call c -> c.callee().toString();
      case Expr.Binary b -> b.op().text;
      case Expr.Let l -> l.var().name();
      case Expr.IntImm i -> (i.value() < 0 ? "-" : "+") + Long.toHexString(i.value());
      case Expr.FloatImm f -> Double.toString(f.value());
      case Expr.StringImm s -> s.value();
      case Expr.Select s -> "";
      case Expr.Not n -> "";
      case Expr.Ramp r -> Integer.toString(r.lanes());
      case Expr.Broadcast b -> Integer.toString(b.lanes());
      case Expr.Shuffle s -> "";
    };
  }

  private static List<Expr> children(Expr e) {
    List<Expr> result = new ArrayList<>(4);
    Children.map(
        e,
        child -> {
          result.add(child);
          return child;
        });
    return result;
  }
}
