package dev.weft.lowering;

import dev.weft.runtime.KernelParam;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which memory a body reads and which it writes, by data pointer. */
public final class BufferUses extends IrWalker {
  private final Set<Var> read = new HashSet<>();
  private final Set<Var> written = new HashSet<>();

  /** Pointers of views, to the pointers that they are views of. */
  private final Map<Var, Var> views = new HashMap<>();

  private BufferUses() {}

  /** Looks through a body. */
  public static BufferUses of(Stmt body) {
    BufferUses uses = new BufferUses();
    uses.stmt(body);
    return uses;
  }

  /** What is done with the memory behind a pointer; nothing at all counts as reading. */
  public KernelParam.Access access(Var data) {
    if (!written.contains(data)) {
      return KernelParam.Access.READ;
    }
    return read.contains(data) ? KernelParam.Access.READ_WRITE : KernelParam.Access.WRITE;
  }

  private Var root(Var data) {
    Var source = views.get(data);
    return source == null ? data : root(source);
  }

  @Override
  public void expr(Expr node) {
    if (node instanceof Expr.Load load) {
      read.add(root(load.buffer().data()));
    }
    if (node instanceof Expr.Call call && call.callee() instanceof Intrinsic intrinsic) {
      boolean takesPointers =
          intrinsic.effect != Intrinsic.Effect.PURE || intrinsic == Intrinsic.ADDRESS_OF;
      if (takesPointers) {
        call.args().forEach(this::pointer);
      }
    }
    super.expr(node);
  }

  /** Whoever is given a pointer may write through it. */
  private void pointer(Expr arg) {
    if (arg instanceof Var v && v.pointerType() != null) {
      read.add(root(v));
      written.add(root(v));
    }
    if (arg instanceof Expr.Load load) {
      written.add(root(load.buffer().data()));
    }
  }

  @Override
  public void stmt(Stmt node) {
    if (node instanceof Stmt.Store store) {
      written.add(root(store.buffer().data()));
    }
    if (node instanceof Stmt.Block block) {
      for (MatchBufferRegion match : block.matchBuffers()) {
        views.put(match.buffer().data(), match.source().buffer().data());
      }
    }
    super.stmt(node);
  }
}
