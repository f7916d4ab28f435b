package dev.weft.tir.schedule;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which variables occur in IR, and other small questions about expressions. */
public final class Vars {
  private Vars() {}

  /** The variables in an expression, in order of first occurrence. */
  public static Set<Var> in(Expr node) {
    Collector collector = new Collector();
    collector.expr(node);
    return collector.vars;
  }

  /** The variables that occur in a statement. */
  public static Set<Var> in(Stmt node) {
    Collector collector = new Collector();
    collector.stmt(node);
    return collector.vars;
  }

  /** Whether a variable occurs in an expression. */
  public static boolean uses(Expr node, Var var) {
    return in(node).contains(var);
  }

  /** Whether any of the variables occurs in an expression. */
  public static boolean usesAny(Expr node, Collection<Var> vars) {
    return in(node).stream().anyMatch(vars::contains);
  }

  /** The buffers that an expression reads. */
  public static Set<Buffer> loaded(Expr node) {
    Set<Buffer> found = new LinkedHashSet<>();
    new IrWalker() {
      @Override
      public void expr(Expr e) {
        if (e instanceof Expr.Load load) {
          found.add(load.buffer());
        }
        super.expr(e);
      }
    }.expr(node);
    return found;
  }

  /** The operands of a conjunction, from left to right; none for {@code true}. */
  public static List<Expr> conjuncts(Expr condition) {
    List<Expr> result = new ArrayList<>();
    collectConjuncts(condition, result);
    return result;
  }

  private static void collectConjuncts(Expr condition, List<Expr> result) {
    if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
      collectConjuncts(a, result);
      collectConjuncts(b, result);
    } else if (!condition.isConst(1)) {
      result.add(condition);
    }
  }

  /** The conjunction of several conditions. */
  public static Expr conjunction(List<Expr> conditions) {
    return conditions.stream().reduce(Expr.bool(true), Expr::and);
  }

  private static final class Collector extends IrWalker {
    private final Set<Var> vars = new LinkedHashSet<>();

    @Override
    public void expr(Expr node) {
      if (node instanceof Var v) {
        vars.add(v);
      }
      super.expr(node);
    }
  }
}
