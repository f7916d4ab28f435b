package dev.weft.tir.schedule;

import dev.weft.tir.Stmt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop or a block in its place in the tree of one schedule state. The tree holds every loop and
 * block except those in the {@code init} of a block.
 */
public abstract sealed class Site permits Site.Loop, Site.Block {
  private final @Nullable Site parent;
  private final String function;
  private final List<Site> children = new ArrayList<>();

  private Site(@Nullable Site parent, String function) {
    this.parent = parent;
    this.function = function;
    if (parent != null) {
      parent.children.add(this);
    }
  }

  /** The {@link Stmt.For} or {@link Stmt.BlockRealize} here. */
  public abstract Stmt stmt();

  /** What is directly within. */
  abstract Stmt body();

  /** The name of the loop's variable, or of the block. */
  public abstract String name();

  /** The handle that users hold. */
  public abstract StmtRef ref();

  /** The loop or block around; null for a function's root block. */
  public @Nullable Site parent() {
    return parent;
  }

  /** The module's key of the function that this is in. */
  public String function() {
    return function;
  }

  /** The loops and blocks directly within, in order. */
  public List<Site> children() {
    return Collections.unmodifiableList(children);
  }

  /** Whether this is {@code other} or around it. */
  public boolean contains(Site other) {
    for (Site site = other; site != null; site = site.parent) {
      if (site == this) {
        return true;
      }
    }
    return false;
  }

  /** The loops around, up to the next block, outermost first; this one not included. */
  public List<Loop> loopsAround() {
    List<Loop> loops = new ArrayList<>();
    for (Site site = parent; site instanceof Loop loop; site = site.parent) {
      loops.add(loop);
    }
    Collections.reverse(loops);
    return loops;
  }

  /** The block directly around: the scope that this is in; null for a root block. */
  public @Nullable Block scope() {
    Site site = parent;
    while (site instanceof Loop) {
      site = site.parent;
    }
    return (Block) site;
  }

  /** The outermost blocks within (not this one), in order: those whose scope is the same. */
  public List<Block> childBlocks() {
    List<Block> blocks = new ArrayList<>();
    collectBlocks(blocks);
    return blocks;
  }

  private void collectBlocks(List<Block> blocks) {
    for (Site child : children) {
      if (child instanceof Block block) {
        blocks.add(block);
      } else {
        child.collectBlocks(blocks);
      }
    }
  }

  @Override
  public String toString() {
    return ref().toString();
  }

  /** A loop. */
  public static final class Loop extends Site {
    private final Stmt.For stmt;

    Loop(@Nullable Site parent, String function, Stmt.For stmt) {
      super(parent, function);
      this.stmt = stmt;
    }

    @Override
    public Stmt.For stmt() {
      return stmt;
    }

    @Override
    Stmt body() {
      return stmt.body();
    }

    @Override
    public String name() {
      return stmt.var().name();
    }

    @Override
    public LoopRef ref() {
      return new LoopRef(stmt.var());
    }
  }

  /** A block. */
  public static final class Block extends Site {
    private final Stmt.BlockRealize stmt;

    Block(@Nullable Site parent, String function, Stmt.BlockRealize stmt) {
      super(parent, function);
      this.stmt = stmt;
    }

    @Override
    public Stmt.BlockRealize stmt() {
      return stmt;
    }

    /** The block. */
    public Stmt.Block block() {
      return stmt.block();
    }

    @Override
    Stmt body() {
      return stmt.block().body();
    }

    @Override
    public String name() {
      return stmt.block().name();
    }

    @Override
    public BlockRef ref() {
      return new BlockRef(Tags.of(stmt.block()), name());
    }

    /** Whether this is the root block of its function. */
    public boolean isRoot() {
      return parent() == null;
    }
  }
}
