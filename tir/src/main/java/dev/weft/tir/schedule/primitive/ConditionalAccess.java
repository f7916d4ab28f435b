package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;

/** Whether a buffer is accessed where a condition holds only. */
final class ConditionalAccess {
  private ConditionalAccess() {}

  /** Whether any access to the buffer in a statement is within an arm of a choice, or guarded. */
  static boolean of(Buffer buffer, Stmt stmt) {
    return new Search(buffer, true).finds(stmt);
  }

  /** Whether any store to the buffer in a statement is within an arm of a choice, or guarded. */
  static boolean ofStores(Buffer buffer, Stmt stmt) {
    return new Search(buffer, false).finds(stmt);
  }

  private static final class Search extends IrWalker {
    private final Buffer buffer;
    private final boolean loads;
    private int conditions;
    private boolean found;

    Search(Buffer buffer, boolean loads) {
      this.buffer = buffer;
      this.loads = loads;
    }

    boolean finds(Stmt stmt) {
      stmt(stmt);
      return found;
    }

    @Override
    public void expr(Expr node) {
      if (loads && node instanceof Expr.Load load && load.buffer() == buffer) {
        found |= conditions > 0 || load.predicate() != null;
      }
      if (node instanceof Expr.Select(Expr condition, Expr then, Expr otherwise)) {
        choice(condition, then, otherwise);
      } else if (node instanceof Expr.Call call && call.callee() == Intrinsic.IF_THEN_ELSE) {
        choice(call.args().get(0), call.args().get(1), call.args().get(2));
      } else {
        super.expr(node);
      }
    }

    private void choice(Expr condition, Expr then, Expr otherwise) {
      expr(condition);
      conditions++;
      expr(then);
      expr(otherwise);
      conditions--;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store store && store.buffer() == buffer) {
        found |= conditions > 0 || store.predicate() != null;
      }
      if (node instanceof Stmt.If choice) {
        expr(choice.condition());
        conditions++;
        stmt(choice.then());
        if (choice.otherwise() != null) {
          stmt(choice.otherwise());
        }
        conditions--;
      } else {
        super.stmt(node);
      }
    }
  }
}
