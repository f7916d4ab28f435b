package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The least or greatest of sums. Nested ones of a kind are one; members that are proven never to
 * win are dropped; what all members have in common (terms, an offset, a positive factor) is taken
 * out: {@code min(x*4 + 8, y*4 + 4)} is {@code min(x + 1, y)*4 + 4}.
 */
final class MinMaxRules {
  private static final int MAX_MEMBERS = 8;
  private static final Comparator<Sum> MEMBERS = MinMaxRules::compare;

  private final Analyzer analyzer;

  MinMaxRules(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  Sum simplify(BinaryOp op, Sum a, Sum b) {
    if (a.equals(b)) {
      return a;
    }
    if (analyzer.mayWrap(a) || analyzer.mayWrap(b)) {
      return Sum.atom(new Expr.Binary(op, analyzer.print(a), analyzer.print(b)));
    }
    List<Sum> members = new ArrayList<>();
    flatten(op, a, members);
    flatten(op, b, members);
    dropLosers(op, members);
    return members.size() == 1 ? members.get(0) : combine(op, members);
  }

  private void flatten(BinaryOp op, Sum sum, List<Sum> members) {
    if (sum.terms().size() == 1) {
      Term term = sum.terms().get(0);
      if (term.isSingle()
          && term.first().isWhole()
          && term.scale() > 0
          && term.first().index() instanceof Expr.Binary(var inner, var x, var y)
          && inner == op) {
        flatten(op, analyzer.toSum(x).times(term.scale()).plus(sum.base()), members);
        flatten(op, analyzer.toSum(y).times(term.scale()).plus(sum.base()), members);
        return;
      }
    }
    members.add(sum);
  }

  private void dropLosers(BinaryOp op, List<Sum> members) {
    if (members.size() > MAX_MEMBERS) {
      return;
    }
    for (int i = 0; i < members.size(); i++) {
      for (int j = 0; j < members.size(); j++) {
        if (i == j) {
          continue;
        }
        Sum difference = analyzer.sums().sub(members.get(j), members.get(i));
        if (analyzer.prover().nonNegative(op == BinaryOp.MIN ? difference : difference.times(-1))) {
          members.remove(j);
          j--;
          i = j < i - 1 ? i - 1 : i;
        }
      }
    }
  }

  private Sum combine(BinaryOp op, List<Sum> members) {
    List<Term> common = new ArrayList<>(members.get(0).terms());
    for (Sum member : members) {
      common.retainAll(member.terms());
    }
    Sum shared = new Sum(members.get(0).dtype(), List.copyOf(common), 0);
    List<Sum> rest = new ArrayList<>();
    long offset = Long.MAX_VALUE;
    for (Sum member : members) {
      Sum own = analyzer.sums().sub(member, shared);
      rest.add(own);
      offset = own.isConstant() ? offset : Math.min(offset, own.base());
    }
    rest.sort(MEMBERS);
    long factor = 0;
    for (int i = 0; i < rest.size(); i++) {
      Sum own = rest.get(i).plus(Math.negateExact(offset));
      rest.set(i, own);
      factor = ModularSet.gcd(factor, ModularSet.gcd(own.scaleGcd(), own.base()));
    }
    Expr e = analyzer.print(rest.get(0).dividedBy(factor));
    for (int i = 1; i < rest.size(); i++) {
      e = new Expr.Binary(op, e, analyzer.print(rest.get(i).dividedBy(factor)));
    }
    return analyzer.sums().add(Sum.atom(e).times(factor), shared.plus(offset));
  }

  /** Constants last. */
  private static int compare(Sum x, Sum y) {
    int c = Boolean.compare(x.isConstant(), y.isConstant());
    for (int i = 0; c == 0 && i < Math.min(x.terms().size(), y.terms().size()); i++) {
      c = TermOrder.INSTANCE.compare(x.terms().get(i), y.terms().get(i));
    }
    c = c != 0 ? c : Integer.compare(x.terms().size(), y.terms().size());
    return c != 0 ? c : Long.compare(x.base(), y.base());
  }
}
