package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.schedule.Site;
import java.util.List;
import java.util.Map;

/**
 * Where the copying block of a cache goes.
 *
 * @param around the loop or block in whose body it goes
 * @param position where among the statements of that body
 */
record CachePlace(Site around, int position) {
  /**
   * Right before the first of the readers that come behind the writer, within the innermost loop
   * that it shares with any of them; at the end of the scope if nobody reads.
   */
  static CachePlace between(Site.Block writer, List<Site.Block> readers, Site.Block scope) {
    Site inner = writer;
    for (Site around = writer.parent(); around != null; around = around.parent()) {
      List<Stmt> stmts = Nests.statements(body(around));
      for (int i = position(body(around), inner.stmt()) + 1; i < stmts.size(); i++) {
        Stmt stmt = stmts.get(i);
        Site place = around;
        boolean reads =
            readers.stream().anyMatch(r -> place.contains(r) && Blocks.contains(stmt, r.stmt()));
        if (reads) {
          return new CachePlace(around, i);
        }
      }
      if (around == scope) {
        return new CachePlace(scope, stmts.size());
      }
      inner = around;
    }
    throw new IllegalStateException(writer + " is not in the scope of " + scope);
  }

  /** Right before a statement of the scope. */
  static CachePlace before(Site.Block scope, Site top) {
    return new CachePlace(scope, position(body(scope), top.stmt()));
  }

  /** Right behind a statement of the scope. */
  static CachePlace behind(Site.Block scope, Site top) {
    return new CachePlace(scope, position(body(scope), top.stmt()) + 1);
  }

  /** The position of the statement that is, or holds, another one. */
  private static int position(Stmt body, Stmt inner) {
    List<Stmt> stmts = Nests.statements(body);
    for (int i = 0; i < stmts.size(); i++) {
      if (stmts.get(i) == inner) {
        return i;
      }
    }
    return stmts.size() - 1;
  }

  static Stmt body(Site site) {
    return switch (site) {
      case Site.Loop loop -> loop.stmt().body();
      case Site.Block block -> block.block().body();
    };
  }

  /**
   * The scope block with the stage in this place, its allocation, and other statements replaced.
   *
   * @param scope the scope
   * @param stage the statement to insert
   * @param cache the buffer to allocate
   * @param replacements new statements for old ones in the scope, found by identity
   */
  Stmt.BlockRealize insert(
      Site.Block scope, Stmt stage, Buffer cache, Map<Stmt, Stmt> replacements) {
    StmtRewriter rewriter =
        new StmtRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            Stmt replacement = replacements.get(node);
            if (replacement != null) {
              return replacement;
            }
            Stmt mapped = super.stmt(node);
            return node == around.stmt() && mapped instanceof Stmt.For loop
                ? loop.withBody(inserted(loop.body(), stage))
                : mapped;
          }
        };
    Stmt.Block block = scope.block();
    Stmt body = rewriter.stmt(block.body());
    if (around == scope) {
      body = inserted(body, stage);
    }
    return scope
        .stmt()
        .withBlock(block.withBody(body).withAllocBuffers(Blocks.allocating(block, cache)));
  }

  private Stmt inserted(Stmt body, Stmt stage) {
    return Stmt.seq(Nests.inserted(Nests.statements(body), position, stage));
  }

  /** Whether this place is the scope itself. */
  boolean isBlock() {
    return around instanceof Site.Block;
  }
}
