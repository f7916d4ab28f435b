package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ModularSet;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the copies from global to shared memory that a pipeline marks ({@code async_scope})
 * asynchronous ones, if they copy 4, 8 or 16 aligned bytes a thread; others stay as they are, which
 * is as right: their readers wait at a barrier anyway.
 *
 * <pre>{@code
 * S[tx*4:tx*4 + 4] = A[i*4:i*4 + 4]   →   T.ptx_cp_async("float32", S.data, tx*4, A.data, i*4, 16)
 * }</pre>
 */
public final class InjectAsyncCopies implements Pass {
  private static final Set<Integer> SIZES = Set.of(4, 8, 16);

  @Override
  public String name() {
    return "inject_async_copies";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Injector().stmt(function.body()));
  }

  private static final class Injector extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();
    private boolean marked;

    @Override
    public Stmt stmt(Stmt node) {
      switch (node) {
        case Stmt.Attr(var about, String key, Expr value, Stmt body)
            when key.equals(SoftwarePipeline.ASYNC_SCOPE) -> {
          boolean before = marked;
          marked = true;
          Stmt result = stmt(body);
          marked = before;
          return result;
        }
        case Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body) ->
            analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
        case Stmt.For f -> analyzer.bind(f.var(), new Range(f.min(), f.extent()));
        case Stmt.Store store when marked -> {
          Expr copy = copy(store);
          return copy == null ? store : new Stmt.Evaluate(copy);
        }
        case Stmt.Attr s -> {}
        case Stmt.Store s -> {}
        case Stmt.Let s -> {}
        case Stmt.Assert s -> {}
        case Stmt.Allocate s -> {}
        case Stmt.AllocateConst s -> {}
        case Stmt.DeclBuffer s -> {}
        case Stmt.Seq s -> {}
        case Stmt.Evaluate s -> {}
        case Stmt.If s -> {}
        case Stmt.While s -> {}
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> {}
        case Stmt.Block s -> {}
        case Stmt.BlockRealize s -> {}
      }
      return super.stmt(node);
    }

    private @Nullable Expr copy(Stmt.Store store) {
      Expr value = store.value();
      Expr predicate = null;
      if (value instanceof Expr.Call call
          && call.is(Intrinsic.IF_THEN_ELSE)
          && isZero(call.args().get(2))) {
        predicate = call.args().get(0);
        value = call.args().get(1);
      }
      if (!(value instanceof Expr.Load load)
          || store.predicate() != null
          || load.predicate() != null
          || store.buffer().scope().rank() != Scope.Rank.SHARED
          || load.buffer().scope().rank() != Scope.Rank.GLOBAL
          || !store.buffer().dtype().equals(load.buffer().dtype())) {
        return null;
      }
      int bytes = store.value().dtype().bytes();
      Expr to = start(store.buffer(), store.indices().getFirst(), bytes);
      Expr from = start(load.buffer(), load.indices().getFirst(), bytes);
      if (to == null || from == null || !SIZES.contains(bytes)) {
        return null;
      }
      List<Expr> args = new ArrayList<>();
      args.addAll(
          List.of(store.buffer().data(), to, load.buffer().data(), from, Expr.int32(bytes)));
      if (predicate != null) {
        args.add(predicate);
      }
      return new Expr.Call(store.buffer().dtype(), Intrinsic.PTX_CP_ASYNC, args);
    }

    private static boolean isZero(Expr e) {
      return e instanceof Expr.Broadcast(Expr value, int lanes)
          ? isZero(value)
          : e instanceof Expr.FloatImm f
              ? Double.doubleToRawLongBits(f.value()) == 0
              : e.isConst(0);
    }

    /** The first of consecutive elements, if they are aligned to what they are together. */
    private @Nullable Expr start(Buffer buffer, Expr index, int bytes) {
      boolean contiguous =
          index.dtype().lanes() == 1 || (index instanceof Expr.Ramp r && r.stride().isConst(1));
      DType element = buffer.dtype();
      if (!contiguous || element.isVector() || !buffer.elemOffset().isConst(0)) {
        return null;
      }
      Expr first = index instanceof Expr.Ramp ramp ? ramp.base() : index;
      long elements = Math.max(1, bytes / element.bytes());
      ModularSet set = analyzer.modularSet(first);
      return set.fixes(elements) && set.base() % elements == 0 ? first : null;
    }
  }
}
