package dev.weft.tir.schedule.primitive;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Making, changing and finding blocks. */
final class Blocks {
  private Blocks() {}

  /** Replaces statements, found by identity. */
  static Stmt replace(Stmt root, Map<Stmt, Stmt> replacements) {
    return new StmtRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        Stmt replacement = replacements.get(node);
        return replacement == null ? super.stmt(node) : replacement;
      }
    }.stmt(root);
  }

  /** Whether a statement is, or holds, another one, found by identity. */
  static boolean contains(Stmt root, Stmt wanted) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |= node == wanted;
        if (!found[0]) {
          super.stmt(node);
        }
      }
    }.stmt(root);
    return found[0];
  }

  /** The annotations of a block as the user gave them, without the schedule's own mark. */
  static Map<String, AttrValue> userAnnotations(Site.Block site) {
    return ScheduleState.userAnnotations(site.block());
  }

  /** The handle of a block that a primitive has just made, found by its axes' variables. */
  static BlockRef ref(ScheduleState state, Stmt.Block made) {
    for (Site.Block root : state.roots().values()) {
      Site.Block found = find(root, made);
      if (found != null) {
        return found.ref();
      }
    }
    throw new IllegalStateException("block '" + made.name() + "' is not in the new state");
  }

  /** The handle of the block at the core of a nest that a primitive has just made. */
  static BlockRef within(ScheduleState state, Stmt nest) {
    Stmt stmt = nest;
    while (stmt instanceof Stmt.For loop) {
      stmt = loop.body();
    }
    if (stmt instanceof Stmt.BlockRealize realize) {
      return ref(state, realize.block());
    }
    throw new IllegalStateException("no block in the nest");
  }

  private static Site.@Nullable Block find(Site site, Stmt.Block made) {
    if (site instanceof Site.Block block && isSame(block.block(), made)) {
      return block;
    }
    for (Site child : site.children()) {
      Site.Block found = find(child, made);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * Blocks without axes are known by what they write, which is new memory or written nowhere else.
   */
  private static boolean isSame(Stmt.Block block, Stmt.Block made) {
    return block.name().equals(made.name())
        && vars(block.iterVars()).equals(vars(made.iterVars()))
        && (!made.iterVars().isEmpty()
            || (block.writes().equals(made.writes()) && block.reads().equals(made.reads())));
  }

  /** A block with other axes, regions and body. */
  static Stmt.Block with(
      Stmt.Block block,
      List<IterVar> axes,
      List<BufferRegion> reads,
      List<BufferRegion> writes,
      @Nullable Stmt init,
      Stmt body) {
    return new Stmt.Block(
        block.name(),
        axes,
        reads,
        writes,
        block.allocBuffers(),
        block.matchBuffers(),
        block.annotations(),
        init,
        body);
  }

  /** A block with other views. */
  static Stmt.Block withViews(Stmt.Block block, List<MatchBufferRegion> views) {
    return new Stmt.Block(
        block.name(),
        block.iterVars(),
        block.reads(),
        block.writes(),
        block.allocBuffers(),
        views,
        block.annotations(),
        block.init(),
        block.body());
  }

  /** A plain copy of elements, {@code to[toIndices] = from[fromIndices]}. */
  static Stmt.Block copy(
      String name,
      List<IterVar> axes,
      Buffer from,
      List<Expr> fromIndices,
      Buffer to,
      List<Expr> toIndices) {
    return new Stmt.Block(
        name,
        axes,
        List.of(BufferRegion.point(from, fromIndices)),
        List.of(BufferRegion.point(to, toIndices)),
        List.of(),
        List.of(),
        Map.of(),
        null,
        new Stmt.Store(to, new Expr.Load(from, fromIndices), toIndices));
  }

  /** The allocations with one more at the end. */
  static List<Buffer> allocating(Stmt.Block scope, Buffer more) {
    List<Buffer> buffers = new ArrayList<>(scope.allocBuffers());
    buffers.add(more);
    return buffers;
  }

  /** The variables of axes. */
  static List<Var> vars(List<IterVar> axes) {
    return axes.stream().map(IterVar::var).toList();
  }
}
