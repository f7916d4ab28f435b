package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;

/**
 * Expressions that are computed several times in a statement. Two expressions are the same if they
 * have the same canonical form.
 */
final class CommonTerms {
  /** An expression and how often it is computed. */
  private static final class Term {
    private final Expr value;
    private int count;

    Term(Expr value, int count) {
      this.value = value;
      this.count = count;
    }
  }

  private final List<Term> terms = new ArrayList<>();

  private CommonTerms() {}

  /** The expressions of a stored value that the statement computes at least so often. */
  static List<Expr> of(Stmt.Store store, int threshold) {
    CommonTerms common = new CommonTerms();
    List<Expr> largest = new ArrayList<>();
    largest(store.value(), largest);
    store.indices().forEach(index -> largest(index, largest));
    largest.forEach(e -> common.add(e, 1));
    for (int i = 0; i < common.terms.size(); i++) {
      Term term = common.terms.get(i);
      if (term.count < threshold) {
        List<Expr> parts = new ArrayList<>();
        parts(term.value, parts);
        for (Expr part : parts) {
          common.add(part, term.count);
        }
      }
    }
    List<Expr> result = new ArrayList<>();
    common.collect(store.value(), threshold, result);
    return result;
  }

  /** Whether two expressions have the same value. */
  static boolean isSame(Expr a, Expr b) {
    if (!a.dtype().equals(b.dtype())) {
      return false;
    }
    Analyzer analyzer = new Analyzer();
    return a.equals(b) || analyzer.simplify(a).equals(analyzer.simplify(b));
  }

  /** The number of nodes. */
  static int size(Expr e) {
    int[] size = {0};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        size[0]++;
        super.expr(node);
      }
    }.expr(e);
    return size[0];
  }

  /** Whether an expression is worth it, and may be computed elsewhere, for all values of axes. */
  static boolean isEligible(Expr e) {
    if (size(e) <= 1 || e.dtype().lanes() > 1) {
      return false;
    }
    boolean[] pure = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        pure[0] &= !(node instanceof Expr.Load) && !(node instanceof Expr.StringImm);
        pure[0] &=
            !(node instanceof Expr.Call call)
                || (call.callee() instanceof Intrinsic intrinsic
                    && intrinsic.effect == Intrinsic.Effect.PURE);
        // A division that its place keeps from happening must not happen elsewhere.
        pure[0] &=
            !(node instanceof Expr.Binary(BinaryOp op, _, Expr by))
                || by instanceof Expr.IntImm
                || !by.dtype().isInt()
                || switch (op) {
                  case DIV, MOD, FLOOR_DIV, FLOOR_MOD -> false;
                  case ADD, SUB, MUL, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> true;
                };
        super.expr(node);
      }
    }.expr(e);
    return pure[0];
  }

  /** The largest expressions that are eligible. */
  private static void largest(Expr e, List<Expr> into) {
    if (isEligible(e)) {
      into.add(e);
    } else {
      parts(e, into);
    }
  }

  private static void parts(Expr e, List<Expr> into) {
    Expr _ =
        Children.map(
            e,
            child -> {
              largest(child, into);
              return child;
            });
  }

  /** Counts an expression; the list stays sorted, large ones first. */
  private void add(Expr e, int times) {
    for (Term term : terms) {
      if (isSame(term.value, e)) {
        term.count += times;
        return;
      }
    }
    int at = 0;
    while (at < terms.size() && size(terms.get(at).value) >= size(e)) {
      at++;
    }
    terms.add(at, new Term(e, times));
  }

  /** In the order in which they are computed. */
  private void collect(Expr e, int threshold, List<Expr> into) {
    Expr _ =
        Children.map(
            e,
            child -> {
              collect(child, threshold, into);
              return child;
            });
    if (isEligible(e)) {
      for (Term term : terms) {
        if (term.count >= threshold && isSame(e, term.value) && !into.contains(term.value)) {
          into.add(term.value);
        }
      }
    }
  }
}
