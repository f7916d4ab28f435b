package dev.weft.lowering.pass;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conditions within a statement that hold throughout it if something simpler holds outside: a
 * guard {@code i*14 + r < n} in a loop over {@code r} of 14 holds in all iterations if {@code i*14
 * + 13 < n}.
 */
final class Guards extends IrWalker {
  /**
   * A condition that speaks for guards.
   *
   * @param excess negative where the guards hold in all iterations; free of the loops within
   * @param guards the conjuncts of conditions that it speaks for
   * @param serial whether one of them depends on a loop within that is not to be written out
   */
  record Bound(Expr excess, Set<Expr> guards, boolean serial) {
    /** The condition itself. */
    Expr condition() {
      return Expr.lt(excess, Expr.imm(excess.dtype(), 0));
    }
  }

  private final Analyzer analyzer;
  private final boolean values;
  private final Map<Var, Interval> domains;
  private final Set<Var> defined = new HashSet<>();
  private final Map<Expr, Set<Expr>> found = new LinkedHashMap<>();
  private final Set<Var> serial = new HashSet<>();
  private int loops;

  private Guards(Map<Var, Interval> threads, boolean values, Analyzer analyzer) {
    this.analyzer = analyzer;
    this.values = values;
    this.domains = new LinkedHashMap<>(threads);
  }

  /**
   * The bounds of the guards in a statement, outer guards first.
   *
   * @param threads thread indices that the bounds are to hold for all of
   * @param loops how many loops a guard must be in
   * @param values whether the conditions of {@code if_then_else} count, too
   */
  static List<Bound> in(
      Stmt stmt, Map<Var, Interval> threads, int loops, boolean values, Analyzer analyzer) {
    Guards guards = new Guards(threads, values, analyzer);
    guards.loops = -loops;
    guards.stmt(stmt);
    List<Bound> bounds = new ArrayList<>();
    guards.found.forEach(
        (excess, of) -> bounds.add(new Bound(excess, of, guards.mentionsSerial(of))));
    return bounds;
  }

  @Override
  public void stmt(Stmt node) {
    switch (node) {
      case Stmt.For f -> {
        Expr last = analyzer.simplify(Expr.sub(Expr.add(f.min(), f.extent()), 1));
        Interval low = Interval.of(f.min(), domains, analyzer);
        Interval high = Interval.of(last, domains, analyzer);
        domains.put(f.var(), new Interval(low.min(), high.max()));
        if (f.kind() == ForKind.SERIAL) {
          serial.add(f.var());
        }
        loops++;
        stmt(f.body());
        loops--;
        domains.remove(f.var());
      }
      case Stmt.If f -> {
        conjuncts(f.condition());
        super.stmt(f);
      }
      case Stmt.Let l -> {
        defined.add(l.var());
        super.stmt(l);
      }
      case Stmt.Attr s -> super.stmt(s);
      case Stmt.Assert s -> super.stmt(s);
      case Stmt.Store s -> super.stmt(s);
      case Stmt.Allocate s -> super.stmt(s);
      case Stmt.AllocateConst s -> super.stmt(s);
      case Stmt.DeclBuffer s -> super.stmt(s);
      case Stmt.Seq s -> super.stmt(s);
      case Stmt.Evaluate s -> super.stmt(s);
      case Stmt.While s -> super.stmt(s);
      case Stmt.Break s -> {}
      case Stmt.Continue s -> {}
      case Stmt.ThreadGroup s -> super.stmt(s);
      case Stmt.Block s -> super.stmt(s);
      case Stmt.BlockRealize s -> super.stmt(s);
    }
  }

  @Override
  public void expr(Expr node) {
    if (node instanceof Expr.Let let) {
      defined.add(let.var());
    }
    if (values && node instanceof Expr.Call call && call.is(Intrinsic.IF_THEN_ELSE)) {
      conjuncts(call.args().getFirst());
    }
    super.expr(node);
  }

  private boolean mentionsSerial(Set<Expr> guards) {
    boolean[] found = {false};
    IrWalker walker =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            found[0] |= node instanceof Var v && serial.contains(v);
            super.expr(node);
          }
        };
    guards.forEach(walker::expr);
    return found[0];
  }

  private void conjuncts(Expr condition) {
    if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
      conjuncts(a);
      conjuncts(b);
    } else if (loops >= 0) {
      Expr excess = excess(condition);
      if (excess != null) {
        found.computeIfAbsent(excess, e -> new HashSet<>()).add(condition);
      }
    }
  }

  /** The most that {@code a - b} can be for a condition {@code a - b < 0}. */
  private @Nullable Expr excess(Expr condition) {
    Expr difference = difference(condition);
    if (difference == null) {
      return null;
    }
    Expr most = Interval.of(analyzer.simplify(difference), domains, analyzer).max();
    if (most == null || !isKnown(most)) {
      return null;
    }
    Expr simple = analyzer.simplify(most);
    long lowest = analyzer.bounds(simple).min();
    // Never true is no use; always true is for the simplifier.
    return lowest >= 0 || simple instanceof Expr.IntImm ? null : simple;
  }

  private static @Nullable Expr difference(Expr condition) {
    if (condition instanceof Expr.Call call && call.is(Intrinsic.LIKELY)) {
      return difference(call.args().getFirst());
    }
    if (!(condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) || !a.dtype().isInt()) {
      return null;
    }
    return switch (op) {
      case LT -> Expr.sub(a, b);
      case LE -> Expr.sub(Expr.sub(a, b), 1);
      case GT -> Expr.sub(b, a);
      case GE -> Expr.sub(Expr.sub(b, a), 1);
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, EQ, NE, AND, OR -> null;
    };
  }

  /** Whether the expression has a value outside the statement, and no memory is read for it. */
  private boolean isKnown(Expr e) {
    boolean[] known = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        known[0] &= !(node instanceof Expr.Load || node instanceof Expr.Call);
        known[0] &= !(node instanceof Var v && (domains.containsKey(v) || defined.contains(v)));
        super.expr(node);
      }
    }.expr(e);
    return known[0];
  }

  /** The statement where the guards are known to hold. */
  static Stmt assumed(Stmt stmt, Set<Expr> guards) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        return guards.contains(node) ? Expr.bool(true) : super.expr(node);
      }

      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        return mapped instanceof Stmt.If(Expr condition, Stmt then, Stmt otherwise)
            ? new Stmt.If(folded(condition), then, otherwise)
            : mapped;
      }
    }.stmt(stmt);
  }

  private static Expr folded(Expr condition) {
    return condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND
        ? Expr.and(folded(a), folded(b))
        : condition;
  }
}
