package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.target.Target;
import java.util.List;

/**
 * In kernels with {@code wgmma}, which reads shared memory past the threads ("async proxy" in the
 * PTX ISA), every thread makes what it wrote there visible in front of each barrier.
 *
 * <pre>{@code
 * T.tvm_storage_sync("shared")   →   T.ptx_fence_proxy_async()
 *                                    T.tvm_storage_sync("shared")
 * }</pre>
 */
public final class FenceAsyncProxy implements Pass {
  private static final Stmt FENCE =
      new Stmt.Evaluate(Expr.Call.of(DType.VOID, Intrinsic.ASYNC_PROXY_FENCE));

  @Override
  public String name() {
    return "fence_async_proxy";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    IrRewriter kernels =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            boolean isKernel =
                node instanceof Stmt.Attr(IterVar axis, var key, var extent, var body);
            return isKernel ? multipliesInGroups(node) ? fenced(node) : node : super.stmt(node);
          }
        };
    return function.withBody(kernels.stmt(function.body()));
  }

  private static Stmt fenced(Stmt kernel) {
    return new IrRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        boolean isBarrier =
            node instanceof Stmt.Evaluate e
                && e.value() instanceof Expr.Call call
                && call.is(Intrinsic.STORAGE_SYNC);
        return isBarrier ? new Stmt.Seq(List.of(FENCE, node)) : super.stmt(node);
      }
    }.stmt(kernel);
  }

  private static boolean multipliesInGroups(Stmt kernel) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Expr.Call call && call.is(Intrinsic.PTX_WGMMA);
        super.expr(node);
      }
    }.stmt(kernel);
    return found[0];
  }
}
