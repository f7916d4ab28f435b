package dev.weft.tir;

/** A hardware index that a loop can be bound to. */
public enum ThreadTag {
  BLOCK_IDX_X("blockIdx.x", Level.GRID, 0),
  BLOCK_IDX_Y("blockIdx.y", Level.GRID, 1),
  BLOCK_IDX_Z("blockIdx.z", Level.GRID, 2),
  THREAD_IDX_X("threadIdx.x", Level.BLOCK, 0),
  THREAD_IDX_Y("threadIdx.y", Level.BLOCK, 1),
  THREAD_IDX_Z("threadIdx.z", Level.BLOCK, 2),
  CLUSTER_CTA_X("clusterCtaIdx.x", Level.CLUSTER, 0),
  CLUSTER_CTA_Y("clusterCtaIdx.y", Level.CLUSTER, 1),
  CLUSTER_CTA_Z("clusterCtaIdx.z", Level.CLUSTER, 2),
  VTHREAD("vthread", Level.VIRTUAL, 0),
  VTHREAD_X("vthread.x", Level.VIRTUAL, 0),
  VTHREAD_Y("vthread.y", Level.VIRTUAL, 1),
  VTHREAD_Z("vthread.z", Level.VIRTUAL, 2);

  /** What an index counts. */
  public enum Level {
    /** Thread blocks of a grid. */
    GRID,
    /** Thread blocks of a cluster. */
    CLUSTER,
    /** Threads of a block. */
    BLOCK,
    /** Virtual threads, interleaved in one thread. */
    VIRTUAL
  }

  /** The name in TVMScript. */
  public final String text;

  /** What the index counts. */
  public final Level level;

  /** 0 for x, 1 for y, 2 for z. */
  public final int axis;

  ThreadTag(String text, Level level, int axis) {
    this.text = text;
    this.level = level;
    this.axis = axis;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if {@code text} is no tag
   */
  public static ThreadTag parse(String text) {
    for (ThreadTag tag : values()) {
      if (tag.text.equals(text)) {
        return tag;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is not a thread axis; known are blockIdx.x/y/z, threadIdx.x/y/z,"
            + " clusterCtaIdx.x/y/z, vthread, vthread.x/y/z");
  }

  @Override
  public String toString() {
    return text;
  }
}
