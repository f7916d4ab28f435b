package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
import dev.weft.tir.target.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes 64-bit indices in 32 bits where every intermediate value provably fits. Loop variables
 * and thread indices of a small range become int32; data of type int64 stays what it is.
 *
 * <pre>{@code
 * for i in T.serial(T.int64(0), T.int64(64)):   →   for i in range(64):
 *     A[i * T.int64(1024)] = …                          A[i * 1024] = …
 * }</pre>
 */
public final class NarrowIndices implements Pass {
  @Override
  public String name() {
    return "narrow_indices";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Narrower().stmt(function.body()));
  }

  private static final class Narrower extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();
    private final Map<Var, Var> narrowed = new HashMap<>();

    private boolean fits(Expr e) {
      ConstBounds bounds = analyzer.bounds(e);
      return bounds.min() >= Integer.MIN_VALUE && bounds.max() <= Integer.MAX_VALUE;
    }

    private static boolean isWide(DType dtype) {
      return dtype.equals(DType.INT64);
    }

    @Override
    public Stmt stmt(Stmt node) {
      return switch (node) {
        case Stmt.For f -> loop(f);
        case Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
            when key.equals(UnifyThreadBindings.THREAD_EXTENT) -> {
          analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
          if (!isWide(axis.var().dtype())) {
            yield super.stmt(node);
          }
          // No device has a grid of more than 2^31 blocks along an axis.
          Var v = axis.var().withDtype(DType.INT32);
          narrowed.put(axis.var(), v);
          Expr extent32 = narrow(extent);
          Expr bound = extent32 == null ? extent : extent32;
          IterVar axis32 =
              new IterVar(Range.upTo(Expr.cast(DType.INT32, bound)), v, axis.kind(), axis.thread());
          yield new Stmt.Attr(axis32, key, bound, stmt(body));
        }
        case Stmt.Store(var buffer, var value, var indices, var predicate) ->
            new Stmt.Store(
                buffer,
                expr(value),
                indices.stream().map(this::index).toList(),
                predicate == null ? null : expr(predicate));
        case Stmt.Let s -> super.stmt(s);
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.If s -> super.stmt(s);
        case Stmt.While s -> super.stmt(s);
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> super.stmt(s);
        case Stmt.Block s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      };
    }

    private Stmt loop(Stmt.For f) {
      analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      boolean narrow = isWide(f.var().dtype()) && fits(Expr.add(f.min(), f.extent()));
      Expr min = narrow ? narrow(f.min()) : null;
      Expr extent = narrow ? narrow(f.extent()) : null;
      if (min == null || extent == null) {
        return super.stmt(f);
      }
      Var v = f.var().withDtype(DType.INT32);
      narrowed.put(f.var(), v);
      return new Stmt.For(v, min, extent, f.kind(), f.thread(), f.annotations(), stmt(f.body()));
    }

    private Expr index(Expr index) {
      Expr narrow = narrow(index);
      return narrow == null ? expr(index) : narrow;
    }

    @Override
    public Expr expr(Expr node) {
      if (node instanceof Var v && narrowed.containsKey(v)) {
        return Expr.cast(v.dtype(), narrowed.getOrDefault(v, v));
      }
      if (node instanceof Expr.Load(var buffer, var indices, var predicate)) {
        List<Expr> narrow = indices.stream().map(this::index).toList();
        return new Expr.Load(buffer, narrow, predicate == null ? null : expr(predicate));
      }
      if (node instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
          && op.kind == BinaryOp.Kind.COMPARISON
          && isWide(a.dtype())) {
        Expr x = narrow(a);
        Expr y = narrow(b);
        return x != null && y != null ? new Expr.Binary(op, x, y) : super.expr(node);
      }
      return super.expr(node);
    }

    /** The expression in 32 bits; null if it might not fit. */
    private @Nullable Expr narrow(Expr e) {
      if (!isWide(e.dtype())) {
        return e.dtype().isInt() && e.dtype().bits() == 32 ? expr(e) : null;
      }
      return switch (e) {
        case Var v -> narrowed.get(v);
        case Expr.IntImm imm -> fits(imm) ? Expr.int32(imm.value()) : null;
        case Expr.Cast(var dtype, var value) ->
            value.dtype().equals(DType.INT32) ? expr(value) : null;
        case Expr.Binary(BinaryOp op, Expr a, Expr b) -> {
          Expr x = fits(e) ? narrow(a) : null;
          Expr y = x == null ? null : narrow(b);
          yield x == null || y == null ? null : Expr.binary(op, x, y);
        }
        case Expr.Select(var c, var t, var f) -> {
          Expr x = narrow(t);
          Expr y = narrow(f);
          yield x == null || y == null ? null : new Expr.Select(expr(c), x, y);
        }
        case Expr.FloatImm x -> null;
        case Expr.StringImm x -> null;
        case Expr.Not x -> null;
        case Expr.Load x -> null;
        case Expr.Ramp x -> null;
        case Expr.Broadcast x -> null;
        case Expr.Let x -> null;
        case Expr.Shuffle x -> null;
        case Expr.Call x -> null;
      };
    }
  }
}
