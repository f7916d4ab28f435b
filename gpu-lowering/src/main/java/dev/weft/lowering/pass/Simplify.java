package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Simplifies integer arithmetic and conditions, knowing the ranges of loop variables and thread
 * indices and the conditions around. Branches that are never taken and loops of no or one iteration
 * go.
 */
public final class Simplify implements Pass {
  private final String name;

  /**
   * @param name the name, since the pass stands in the list more than once
   */
  public Simplify(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Simplifier().stmt(function.body()));
  }

  /** Nothing to do. */
  static final Stmt NOTHING = new Stmt.Evaluate(Expr.int32(0));

  private static final class Simplifier extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      // Only whole index and condition expressions: the analyzer works on them top-down anyway.
      boolean arithmetic =
          mapped instanceof Expr.Binary
              || mapped instanceof Expr.Not
              || mapped instanceof Expr.Call;
      boolean integer =
          mapped.dtype().lanes() == 1 && (mapped.dtype().isInt() || mapped.dtype().isBool());
      return arithmetic && integer ? analyzer.simplify(mapped) : mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      return switch (node) {
        case Stmt.For f -> loop(f);
        case Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
            when key.equals(UnifyThreadBindings.THREAD_EXTENT) -> {
          analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
          yield super.stmt(node);
        }
        case Stmt.If(Expr condition, Stmt then, Stmt otherwise) ->
            choice(expr(condition), then, otherwise);
        case Stmt.Let s -> super.stmt(s);
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.Store s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.While s -> super.stmt(s);
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> super.stmt(s);
        case Stmt.Block s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      };
    }

    private Stmt loop(Stmt.For f) {
      Expr min = expr(f.min());
      Expr extent = expr(f.extent());
      if (extent instanceof Expr.IntImm imm && imm.value() <= 0) {
        return NOTHING;
      }
      if (extent.isConst(1) && f.kind() != ForKind.THREAD_BINDING) {
        return stmt(Substitute.in(f.body(), Map.of(f.var(), min)));
      }
      analyzer.bind(f.var(), new Range(min, extent));
      Stmt body = stmt(f.body());
      return new Stmt.For(f.var(), min, extent, f.kind(), f.thread(), f.annotations(), body);
    }

    private Stmt choice(Expr condition, Stmt then, @Nullable Stmt otherwise) {
      if (condition instanceof Expr.IntImm(var type, long value)) {
        return value != 0 ? stmt(then) : otherwise == null ? NOTHING : stmt(otherwise);
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
      }
      return new Stmt.If(condition, then2, otherwise2);
    }
  }
}
