package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Buffers and the places that name them. */
final class Buffers {
  private Buffers() {}

  /** The buffers of a function by their pointers: its parameters, allocations and views. */
  static Map<Var, Buffer> byPointer(PrimFunc function) {
    Map<Var, Buffer> buffers = new HashMap<>();
    function.paramBuffers().forEach(buffer -> buffers.put(buffer.data(), buffer));
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block) {
          block.allocBuffers().forEach(buffer -> buffers.put(buffer.data(), buffer));
          block.matchBuffers().forEach(m -> buffers.put(m.buffer().data(), m.buffer()));
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return buffers;
  }

  /** Replaces a buffer, its pointer, and the scope of views of it. */
  static Stmt replace(Stmt stmt, Buffer old, Buffer replacement) {
    Stmt replaced =
        Substitute.in(stmt, Map.of(old.data(), replacement.data()), Map.of(old, replacement));
    return old.scope().equals(replacement.scope())
        ? replaced
        : new ViewScopes(replacement, replacement.scope()).stmt(replaced);
  }

  /** Gives the views of a buffer, and views of views, its scope. */
  private static final class ViewScopes extends IrRewriter {
    private final Scope scope;
    private final List<Buffer> sources = new ArrayList<>();

    ViewScopes(Buffer source, Scope scope) {
      this.scope = scope;
      sources.add(source);
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (!(node instanceof Stmt.Block block)
          || block.matchBuffers().stream().noneMatch(m -> sources.contains(m.source().buffer()))) {
        return super.stmt(node);
      }
      List<MatchBufferRegion> views = new ArrayList<>();
      for (MatchBufferRegion match : block.matchBuffers()) {
        if (sources.contains(match.source().buffer())) {
          Buffer view = Views.inScope(match.buffer(), scope);
          sources.add(view);
          views.add(new MatchBufferRegion(view, match.source()));
        } else {
          views.add(match);
        }
      }
      return super.stmt(Views.replace(block, views));
    }
  }
}
