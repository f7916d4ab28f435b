package dev.weft.tir.analysis;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.List;
import java.util.Map;

/**
 * The regions of buffers from outside a block that its body reads and writes, for any values of its
 * axes: loops within the block are relaxed, several accesses of one buffer are united, blocks
 * within it count with the regions that they state.
 *
 * <p>With an {@code init}, buffers that are written don't count as read: the body's read of its own
 * output is what the reduction is.
 *
 * @param reads in order of first access
 * @param writes in order of first access
 */
public record AccessRegions(List<BufferRegion> reads, List<BufferRegion> writes) {
  /** Copies the lists. */
  public AccessRegions {
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
  }

  /** What a block accesses through loads, stores and the blocks within it. */
  public static AccessRegions detect(Stmt.Block block) {
    return detect(block, Map.of());
  }

  /**
   * As {@link #detect(Stmt.Block)}; an access through a pointer ({@code tvm_access_ptr}, {@code
   * address_of}, the pointer itself) counts as one of the whole buffer.
   *
   * @param pointers the buffers behind pointers that the block may use
   */
  public static AccessRegions detect(Stmt.Block block, Map<Var, Buffer> pointers) {
    return new AccessDetector(block, pointers).result();
  }

  /** The block with the regions that it really accesses. */
  public static Stmt.Block annotated(Stmt.Block block) {
    return annotated(block, Map.of());
  }

  /**
   * The block with the regions that it really accesses, be it through pointers.
   *
   * @param pointers the buffers behind pointers that the block may use
   */
  public static Stmt.Block annotated(Stmt.Block block, Map<Var, Buffer> pointers) {
    AccessRegions regions = detect(block, pointers);
    return block.withRegions(regions.reads(), regions.writes());
  }
}
