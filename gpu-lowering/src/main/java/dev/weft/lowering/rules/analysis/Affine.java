package dev.weft.lowering.rules.analysis;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Var;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an index expression depends on a variable. */
public final class Affine {
  private Affine() {}

  /**
   * By how much {@code index} grows when {@code var} grows by one.
   *
   * @return the constant step, 0 if the variable does not occur; null if there is no constant step
   */
  public static @Nullable Long step(Expr index, Var var) {
    if (index == var) {
      return 1L;
    }
    if (!uses(index, var)) {
      return 0L;
    }
    return switch (index) {
      case Expr.Cast(var dtype, var value) -> dtype.isInt() ? step(value, var) : null;
      case Expr.Binary(var op, var a, var b) -> step(op, a, b, var);
      default -> null; // any other expression of the variable is not linear
    };
  }

  private static @Nullable Long step(BinaryOp op, Expr a, Expr b, Var var) {
    if (op == BinaryOp.MUL) {
      Expr other = uses(a, var) ? b : a;
      Long inner = step(uses(a, var) ? a : b, var);
      return inner != null && other instanceof Expr.IntImm imm
          ? Long.valueOf(inner * imm.value())
          : null;
    }
    if (op != BinaryOp.ADD && op != BinaryOp.SUB) {
      return null;
    }
    Long x = step(a, var);
    Long y = step(b, var);
    if (x == null || y == null) {
      return null;
    }
    return op == BinaryOp.ADD ? x + y : x - y;
  }

  /** Whether a variable occurs. */
  public static boolean uses(Expr expr, Var var) {
    return variables(expr).contains(var);
  }

  /** The variables that occur in an expression. */
  public static Set<Var> variables(Expr expr) {
    Set<Var> found = new HashSet<>();
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Var v) {
          found.add(v);
        }
        super.expr(node);
      }
    }.expr(expr);
    return found;
  }

  /**
   * The step of the last index if the others don't depend on the variable: 1 where neighbours in
   * the variable are neighbours in memory, 0 where all see one element.
   *
   * @return null for anything else (a gather)
   */
  public static @Nullable Long innermostStep(List<Expr> indices, Var var) {
    for (int d = 0; d < indices.size() - 1; d++) {
      if (uses(indices.get(d), var)) {
        return null;
      }
    }
    return indices.isEmpty() ? Long.valueOf(0) : step(indices.getLast(), var);
  }

  /**
   * As above for an access; dimensions of extent 1 behind the last one that has more don't count.
   */
  public static @Nullable Long innermostStep(Buffer buffer, List<Expr> indices, Var var) {
    int rank = indices.size();
    while (rank > 1 && buffer.shape().get(rank - 1).isConst(1)) {
      rank--;
    }
    return innermostStep(indices.subList(0, rank), var);
  }
}
