package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.Vars;
import java.util.Set;

/** Whether expressions do more than read, and whether what they read stays as it is. */
final class Effects {
  private Effects() {}

  /** Whether an expression calls something that may write, or that isn't known. */
  static boolean any(Expr e) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Call call) {
          found[0] |= !(call.callee() instanceof Intrinsic known && isHarmless(known));
        }
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  /** Whether an expression reads a buffer that something in a block writes. */
  static boolean mayChange(Expr e, Stmt.Block within) {
    Set<Buffer> loaded = Vars.loaded(e);
    if (loaded.isEmpty()) {
      return false;
    }
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block) {
          found[0] |= block.writes().stream().anyMatch(write -> loaded.contains(write.buffer()));
        }
        super.stmt(node);
      }
    }.stmt(within);
    return found[0];
  }

  private static boolean isHarmless(Intrinsic intrinsic) {
    return switch (intrinsic.effect) {
      case PURE, READ -> true;
      case UPDATE, SPECIAL -> false;
    };
  }
}
