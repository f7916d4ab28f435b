package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.List;
import java.util.Map;

/**
 * Makes a kernel of one thread of each nest that no rule could bind: slow, but right whatever the
 * nest does. Not a schedule rule, since the primitives refuse to bind what they can't prove
 * independent, a loop with one iteration included.
 *
 * <pre>{@code
 * for i in range(8):     →     for thread in T.thread_binding(1, thread="blockIdx.x"):
 *     …                            for i in range(8):
 *                                      …
 * }</pre>
 */
final class OneThread {
  private OneThread() {}

  /** The function with every unbound nest below its root bound. */
  static PrimFunc apply(PrimFunc function) {
    if (!(function.body() instanceof Stmt.BlockRealize root)) {
      return function;
    }
    Stmt body = nests(root.block().body());
    return function.withBody(root.withBlock(root.block().withBody(body)));
  }

  private static Stmt nests(Stmt body) {
    return switch (body) {
      case Stmt.Seq(List<Stmt> stmts) -> Stmt.seq(stmts.stream().map(OneThread::nests).toList());
      case Stmt s when isBound(s) -> s;
      case Stmt s ->
          new Stmt.For(
              Var.int32("thread"),
              Expr.imm(DType.INT32, 0),
              Expr.imm(DType.INT32, 1),
              ForKind.THREAD_BINDING,
              ThreadTag.BLOCK_IDX_X,
              Map.of(),
              s);
    };
  }

  private static boolean isBound(Stmt stmt) {
    boolean[] bound = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        bound[0] |= node instanceof Stmt.For f && f.kind() == ForKind.THREAD_BINDING;
        super.stmt(node);
      }
    }.stmt(stmt);
    return bound[0];
  }
}
