package dev.weft.tir.schedule;

import dev.weft.tir.Var;

/**
 * A handle on a block. It follows the block through every rewrite; once the block is gone (inlined,
 * say), its use is refused.
 */
public final class BlockRef implements StmtRef {
  private final Var tag;
  private final String name;

  BlockRef(Var tag, String name) {
    this.tag = tag;
    this.name = name;
  }

  /** The mark that the block carries within a schedule state. */
  Var tag() {
    return tag;
  }

  /** The block's name when the handle was made. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockRef that && that.tag == tag;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(tag);
  }

  @Override
  public String toString() {
    return "block " + name;
  }
}
