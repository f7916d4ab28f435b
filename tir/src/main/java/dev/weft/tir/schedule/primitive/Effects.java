package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;

/** Whether expressions do more than read. */
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

  private static boolean isHarmless(Intrinsic intrinsic) {
    return switch (intrinsic.effect) {
      case PURE, READ -> true;
      case UPDATE, SPECIAL -> false;
    };
  }
}
