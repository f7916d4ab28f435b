package dev.weft.lowering.pass;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Simplifies statements from the outside in, knowing the ranges of loop variables and thread
 * indices and the conditions around.
 */
class Simplifier extends IrRewriter {
  final Analyzer analyzer = new Analyzer();

  /**
   * Knows no conditions. Indices of shared memory are simplified with it: what a condition says of
   * a thread's index must not make the index go, since it tells the threads' elements apart.
   */
  private final Analyzer unconditional = new Analyzer();

  private boolean inShared;

  @Override
  public Expr expr(Expr node) {
    boolean before = inShared;
    inShared |= node instanceof Expr.Load load && isShared(load.buffer());
    Expr mapped = super.expr(node);
    inShared = before;
    if (mapped instanceof Expr.Call call
        && call.is(Intrinsic.IF_THEN_ELSE)
        && call.args().getFirst() instanceof Expr.IntImm(var type, long holds)) {
      return call.args().get(holds != 0 ? 1 : 2);
    }
    // Only whole index and condition expressions: the analyzer works on them top-down anyway.
    boolean arithmetic =
        mapped instanceof Expr.Binary || mapped instanceof Expr.Not || mapped instanceof Expr.Call;
    boolean integer =
        mapped.dtype().lanes() == 1 && (mapped.dtype().isInt() || mapped.dtype().isBool());
    return arithmetic && integer ? (inShared ? unconditional : analyzer).simplify(mapped) : mapped;
  }

  @Override
  public Stmt stmt(Stmt node) {
    return switch (node) {
      case Stmt.For f -> loop(f);
      case Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
          when key.equals(UnifyThreadBindings.THREAD_EXTENT) -> {
        Range range = Range.upTo(Expr.cast(axis.var().dtype(), extent));
        bind(axis.var(), range);
        yield super.stmt(node);
      }
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) ->
          choice(expr(condition), then, otherwise);
      case Stmt.Let s -> super.stmt(s);
      case Stmt.Attr s -> super.stmt(s);
      case Stmt.Assert s -> super.stmt(s);
      case Stmt.Store s when isShared(s.buffer()) -> {
        Expr value = expr(s.value());
        inShared = true;
        List<Expr> indices = s.indices().stream().map(this::expr).toList();
        inShared = false;
        yield new Stmt.Store(s.buffer(), value, indices, s.predicate());
      }
      case Stmt.Store s -> super.stmt(s);
      case Stmt.Allocate s -> super.stmt(s);
      case Stmt.AllocateConst s -> super.stmt(s);
      case Stmt.DeclBuffer s -> super.stmt(s);
      case Stmt.Seq s -> sequence(s);
      case Stmt.Evaluate s -> super.stmt(s);
      case Stmt.While s -> super.stmt(s);
      case Stmt.Break s -> s;
      case Stmt.Continue s -> s;
      case Stmt.ThreadGroup s -> super.stmt(s);
      case Stmt.Block s -> super.stmt(s);
      case Stmt.BlockRealize s -> super.stmt(s);
    };
  }

  /** A loop whose place is known. */
  Stmt loop(Stmt.For f) {
    Expr min = expr(f.min());
    Expr extent = expr(f.extent());
    if (extent instanceof Expr.IntImm imm && imm.value() <= 0) {
      return Simplify.NOTHING;
    }
    if (extent.isConst(1) && f.kind() != ForKind.THREAD_BINDING) {
      return stmt(Substitute.in(f.body(), Map.of(f.var(), min)));
    }
    bind(f.var(), new Range(min, extent));
    Stmt body = stmt(f.body());
    if (isNothing(body)) {
      return Simplify.NOTHING;
    }
    return new Stmt.For(f.var(), min, extent, f.kind(), f.thread(), f.annotations(), body);
  }

  private Stmt choice(Expr condition, Stmt then, @Nullable Stmt otherwise) {
    if (condition instanceof Expr.IntImm(var type, long value)) {
      return value != 0 ? stmt(then) : otherwise == null ? Simplify.NOTHING : stmt(otherwise);
    }
    Stmt then2;
    try (var _ = analyzer.constraint(condition)) {
      then2 = stmt(then);
    }
    Stmt otherwise2 = null;
    if (otherwise != null) {
      try (var _ = analyzer.constraint(Expr.not(condition))) {
        otherwise2 = stmt(otherwise);
      }
      otherwise2 = isNothing(otherwise2) ? null : otherwise2;
    }
    if (otherwise2 == null && isNothing(then2)) {
      return Simplify.NOTHING;
    }
    return new Stmt.If(condition, then2, otherwise2);
  }

  /** Says which values a variable takes. */
  final void bind(Var v, Range range) {
    analyzer.bind(v, range);
    unconditional.bind(v, range);
  }

  private static boolean isShared(Buffer buffer) {
    return buffer.scope().rank() == Scope.Rank.SHARED;
  }

  private Stmt sequence(Stmt.Seq sequence) {
    List<Stmt> mapped = new ArrayList<>();
    sequence.stmts().forEach(each -> mapped.add(stmt(each)));
    mapped.removeIf(Simplifier::isNothing);
    return mapped.isEmpty() ? Simplify.NOTHING : Stmt.seq(mapped);
  }

  static boolean isNothing(Stmt stmt) {
    return stmt instanceof Stmt.Evaluate e && e.value() instanceof Expr.IntImm;
  }
}
