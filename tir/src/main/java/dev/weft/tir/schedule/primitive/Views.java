package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The {@code match_buffer} views of blocks. */
final class Views {
  private Views() {}

  /** The same view with variables replaced in its source. */
  static MatchBufferRegion substitute(MatchBufferRegion match, Map<Var, ? extends Expr> values) {
    return new MatchBufferRegion(match.buffer(), Substitute.in(match.source(), values));
  }

  /** A view like another one, of memory in another scope. */
  static Buffer inScope(Buffer view, Scope scope) {
    return view.scope().equals(scope) ? view : view.inScope(scope, view.name());
  }

  /** Gives a block other views, one for each old one, and has its body use them. */
  static Stmt.Block replace(Stmt.Block block, List<MatchBufferRegion> views) {
    Map<Buffer, Buffer> buffers = new HashMap<>();
    Map<Var, Var> pointers = new HashMap<>();
    for (int i = 0; i < views.size(); i++) {
      Buffer old = block.matchBuffers().get(i).buffer();
      Buffer replacement = views.get(i).buffer();
      if (old != replacement) {
        buffers.put(old, replacement);
        pointers.put(old.data(), replacement.data());
      }
    }
    Stmt init = block.init() == null ? null : Substitute.in(block.init(), pointers, buffers);
    Stmt body = Substitute.in(block.body(), pointers, buffers);
    return Blocks.withViews(block.with(init, body), views);
  }
}
