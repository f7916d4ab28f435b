package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes kernels of the nests that are marked {@code parallel} and bound to no thread: an outermost
 * parallel loop becomes the grid. Parallel loops further in, and in nests that are bound, are
 * carried out one iteration after the other; so are those whose iterations store to the same
 * elements of global memory, as where each computes a whole stage again for itself.
 *
 * <pre>{@code
 * for i in T.parallel(64):     →   for i in T.thread_binding(64, thread="blockIdx.x"):
 *     for j in T.parallel(8):          for j in range(8):
 *         …                                …
 * }</pre>
 */
public final class BindParallelLoops implements Pass {
  @Override
  public String name() {
    return "bind_parallel_loops";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Binder().stmt(function.body()));
  }

  private static final class Binder extends IrRewriter {
    @Override
    public Stmt stmt(Stmt node) {
      if (!(node instanceof Stmt.For nest)) {
        return super.stmt(node);
      }
      Kinds kinds = new Kinds();
      kinds.stmt(nest);
      if (!kinds.parallel) {
        return nest;
      }
      if (kinds.bound) {
        return new Serial().stmt(nest);
      }
      if (nest.kind() == ForKind.PARALLEL && !repeatsStores(nest)) {
        return nest.withBody(new Serial().stmt(nest.body()))
            .withKind(ForKind.THREAD_BINDING, ThreadTag.BLOCK_IDX_X);
      }
      Expr zero = Expr.imm(DType.INT32, 0);
      Expr one = Expr.imm(DType.INT32, 1);
      return new Stmt.For(
          Var.int32("block"),
          zero,
          one,
          ForKind.THREAD_BINDING,
          ThreadTag.BLOCK_IDX_X,
          Map.of(),
          new Serial().stmt(nest));
    }
  }

  /** Whether iterations of a loop surely store to the same elements of global memory. */
  private static boolean repeatsStores(Stmt.For loop) {
    Varying varying = new Varying(loop.var());
    varying.stmt(loop.body());
    return varying.repeats;
  }

  /** What depends on a loop variable. */
  private static final class Varying extends IrWalker {
    private final Set<Var> varying = new HashSet<>();
    private boolean repeats;

    Varying(Var loop) {
      varying.add(loop);
    }

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.For f when varies(f.min()) -> varying.add(f.var());
        case Stmt.BlockRealize(List<Expr> values, Expr predicate, Stmt.Block block) -> {
          for (int i = 0; i < values.size(); i++) {
            if (varies(values.get(i))) {
              varying.add(block.iterVars().get(i).var());
            }
          }
          // Where a predicate leaves iterations out, one of them may be the only one to store.
          if (varies(predicate)) {
            return;
          }
        }
        case Stmt.If(Expr condition, Stmt _, var _) when varies(condition) -> {
          return;
        }
        case Stmt.Store store ->
            repeats |=
                store.buffer().scope().rank() == Scope.Rank.GLOBAL
                    && store.indices().stream().noneMatch(this::varies);
        case Stmt other -> {}
      }
      super.stmt(node);
    }

    private boolean varies(Expr node) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr e) {
          // A load may give anything.
          found[0] |= e instanceof Expr.Load || (e instanceof Var v && varying.contains(v));
          super.expr(e);
        }
      }.expr(node);
      return found[0];
    }
  }

  /** What loops a nest has. */
  private static final class Kinds extends IrWalker {
    private boolean parallel;
    private boolean bound;

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.For f) {
        parallel |= f.kind() == ForKind.PARALLEL;
        bound |= f.kind() == ForKind.THREAD_BINDING;
      }
      super.stmt(node);
    }
  }

  private static final class Serial extends IrRewriter {
    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      return mapped instanceof Stmt.For f && f.kind() == ForKind.PARALLEL
          ? f.withKind(ForKind.SERIAL, null)
          : mapped;
    }
  }
}
