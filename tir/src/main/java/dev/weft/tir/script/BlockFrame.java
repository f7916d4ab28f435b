package dev.weft.tir.script;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A block that is being read: what its statements have said about it so far. */
final class BlockFrame {
  final String name;
  final List<IterVar> axes = new ArrayList<>();
  final List<@Nullable Expr> values = new ArrayList<>();
  final List<Buffer> allocations = new ArrayList<>();
  final List<MatchBufferRegion> matches = new ArrayList<>();
  final Map<String, AttrValue> annotations = new LinkedHashMap<>();
  @Nullable Expr predicate;
  @Nullable List<BufferRegion> reads;
  @Nullable List<BufferRegion> writes;
  @Nullable Stmt init;

  BlockFrame(String name) {
    this.name = name;
  }

  /**
   * The block; regions that the text left out are those that the body accesses.
   *
   * @param isRoot whether this is a function's outermost block, which states no regions
   * @param pointers the buffers behind the pointers that the body may use
   */
  Stmt.Block block(Stmt body, boolean isRoot, Map<Var, Buffer> pointers) {
    Stmt.Block block =
        new Stmt.Block(
            name,
            axes,
            reads == null ? List.of() : reads,
            writes == null ? List.of() : writes,
            allocations,
            matches,
            annotations,
            init,
            body);
    if (isRoot || (reads != null && writes != null)) {
      return block;
    }
    AccessRegions detected = AccessRegions.detect(block, pointers);
    return block.withRegions(
        reads == null ? detected.reads() : reads, writes == null ? detected.writes() : writes);
  }
}
