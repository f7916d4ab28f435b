package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Invariant;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * Vectorized loops become vector operations. Loops longer than a vector get an outer loop, and
 * shorter vectors for what is left over; what has no vector form (a store that is not contiguous, a
 * condition that differs between lanes) is done lane by lane. A target without vectors gets plain
 * loops.
 *
 * <pre>{@code
 * for v in T.vectorized(4):        →   C[T.Ramp(i*4, 1, 4)] = A[T.Ramp(i*4, 1, 4)] + T.Broadcast(b, 4)
 *     C[i*4 + v] = A[i*4 + v] + b
 * }</pre>
 */
public final class VectorizeLoops implements Pass {
  /** Lanes that C-like languages have vector types for, the longest first. */
  private static final int[] LANES = {16, 8, 4, 2};

  @Override
  public String name() {
    return "vectorize_loops";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.NO_VECTOR_LOOPS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    String name = function.globalSymbol("main");
    Analyzer analyzer = new Analyzer();
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            if (node instanceof Stmt.For f) {
              analyzer.bind(f.var(), new Range(f.min(), f.extent()));
            } else if (node instanceof Stmt.Attr(IterVar axis, var key, var extent, var body)) {
              analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
            }
            Stmt mapped = super.stmt(node);
            if (!(mapped instanceof Stmt.For f) || f.kind() != ForKind.VECTORIZED) {
              return mapped;
            }
            return target.hasVectors()
                ? vectorized(f, analyzer, name, target)
                : f.withKind(ForKind.SERIAL, null);
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt vectorized(Stmt.For loop, Analyzer analyzer, String function, Target target) {
    if (!(loop.extent() instanceof Expr.IntImm(DType type, long extent))) {
      throw new LoweringException(
          "the vectorized loop '" + loop.var().name() + "' has no constant extent",
          function,
          "split it with a constant factor and vectorize the inner loop");
    }
    if (extent == 1) {
      return Substitute.in(loop.body(), Map.of(loop.var(), loop.min()));
    }
    int lanes = lanes(loop, extent, target);
    if (lanes == 1) {
      return loop.withKind(ForKind.SERIAL, null);
    }
    if (extent == lanes) {
      return new Vectorizer(loop.var(), loop.min(), lanes, analyzer).statement(loop.body());
    }
    Var outer = loop.var().renamed(loop.var().name() + "_o");
    Expr count = Expr.imm(type, extent / lanes);
    analyzer.bind(outer, Range.upTo(count));
    Expr start = Expr.add(loop.min(), Expr.mul(outer, lanes));
    Stmt body = new Vectorizer(loop.var(), start, lanes, analyzer).statement(loop.body());
    Stmt whole =
        count.isConst(1)
            ? Substitute.in(body, Map.of(outer, Expr.imm(type, 0)))
            : new Stmt.For(
                outer, Expr.imm(type, 0), count, ForKind.SERIAL, null, loop.annotations(), body);
    long left = extent % lanes;
    if (left == 0) {
      return whole;
    }
    Stmt.For rest =
        new Stmt.For(
            loop.var(),
            Expr.add(loop.min(), extent - left),
            Expr.imm(type, left),
            ForKind.VECTORIZED,
            null,
            loop.annotations(),
            FreshCopy.of(loop.body()));
    return Stmt.seq(whole, vectorized(rest, analyzer, function, target));
  }

  /**
   * The lanes of a loop's first vectors: no wider than a CPU's; where vectors must be aligned, all
   * are alike.
   */
  private static int lanes(Stmt.For loop, long extent, Target target) {
    boolean free = target.isCpu() && !target.alignsVectors();
    long most = free ? Math.min(extent, target.vectorLanes(widest(loop))) : extent;
    return Arrays.stream(LANES)
        .filter(lanes -> free ? lanes <= most : extent % lanes == 0)
        .findFirst()
        .orElse(1);
  }

  /** The widest element that the loop reads or writes. */
  private static DType widest(Stmt.For loop) {
    DType[] widest = {DType.INT8};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          access(store.buffer().dtype());
        }
        super.stmt(node);
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          access(load.buffer().dtype());
        }
        super.expr(node);
      }

      private void access(DType dtype) {
        widest[0] = dtype.bits() > widest[0].bits() ? dtype : widest[0];
      }
    }.stmt(loop.body());
    return widest[0];
  }
}
