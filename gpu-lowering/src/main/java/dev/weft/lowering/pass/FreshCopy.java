package dev.weft.lowering.pass;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A copy of a statement with variables and buffers of its own, so that none is defined twice side
 * by side.
 */
final class FreshCopy {
  private FreshCopy() {}

  /** The copy; what the statement uses and does not define stays the same. */
  static Stmt of(Stmt stmt) {
    Definitions definitions = new Definitions();
    definitions.stmt(stmt);
    if (definitions.vars.isEmpty() && definitions.buffers.isEmpty()) {
      return stmt;
    }
    Map<Var, Var> vars = new HashMap<>();
    definitions.vars.forEach(v -> vars.put(v, v.renamed(v.name())));
    Stmt renamed =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            Stmt mapped = super.stmt(node);
            return switch (mapped) {
              case Stmt.For f ->
                  new Stmt.For(
                      vars.getOrDefault(f.var(), f.var()),
                      f.min(),
                      f.extent(),
                      f.kind(),
                      f.thread(),
                      f.annotations(),
                      f.body());
              case Stmt.Let(Var v, Expr value, Stmt body) ->
                  new Stmt.Let(vars.getOrDefault(v, v), value, body);
              case Stmt.AllocateConst(Var data, var dtype, var extents, var values, Stmt body) ->
                  new Stmt.AllocateConst(
                      vars.getOrDefault(data, data), dtype, extents, values, body);
              case Stmt.Allocate s -> s;
              case Stmt.Attr s -> s;
              case Stmt.Assert s -> s;
              case Stmt.Store s -> s;
              case Stmt.DeclBuffer s -> s;
              case Stmt.Seq s -> s;
              case Stmt.Evaluate s -> s;
              case Stmt.If s -> s;
              case Stmt.While s -> s;
              case Stmt.Break s -> s;
              case Stmt.Continue s -> s;
              case Stmt.ThreadGroup s -> s;
              case Stmt.Block s -> s;
              case Stmt.BlockRealize s -> s;
            };
          }

          @Override
          public Expr expr(Expr node) {
            Expr mapped = super.expr(node);
            return mapped instanceof Expr.Let(Var v, Expr value, Expr body)
                ? new Expr.Let(vars.getOrDefault(v, v), value, body)
                : mapped;
          }
        }.stmt(stmt);
    Map<Buffer, Buffer> buffers = new HashMap<>();
    for (Buffer buffer : definitions.buffers) {
      if (!vars.containsKey(buffer.data())) {
        // A view of memory that stays: its own identity all the same.
        buffers.put(
            buffer, buffer.view(buffer.name(), buffer.dtype(), buffer.shape(), buffer.strides()));
      }
    }
    return Substitute.in(renamed, vars, buffers);
  }

  /** What a statement defines. */
  private static final class Definitions extends IrWalker {
    final Set<Var> vars = new HashSet<>();
    final Set<Buffer> buffers = new HashSet<>();

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.For f -> vars.add(f.var());
        case Stmt.Let l -> vars.add(l.var());
        case Stmt.Allocate a -> vars.add(a.data());
        case Stmt.AllocateConst a -> vars.add(a.data());
        case Stmt.DeclBuffer d -> buffers.add(d.buffer());
        case Stmt.Attr s -> {}
        case Stmt.Assert s -> {}
        case Stmt.Store s -> {}
        case Stmt.Seq s -> {}
        case Stmt.Evaluate s -> {}
        case Stmt.If s -> {}
        case Stmt.While s -> {}
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> {}
        case Stmt.Block b -> {
          for (Buffer buffer : b.allocBuffers()) {
            vars.add(buffer.data());
            buffers.add(buffer);
          }
        }
        case Stmt.BlockRealize s -> {}
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Let let) {
        vars.add(let.var());
      }
      super.expr(node);
    }
  }
}
