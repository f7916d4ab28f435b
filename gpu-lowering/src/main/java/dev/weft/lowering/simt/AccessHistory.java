package dev.weft.lowering.simt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who accessed each unit of a memory last, to find accesses of different threads that nothing
 * orders.
 *
 * <p>Barriers cut the run of a block into epochs; two accesses of one epoch by different threads,
 * one of them a write, are a race, whatever order this interpreter happens to run them in. Blocks
 * are ordered by nothing at all. Keeping the last write and the last read, with a mark that several
 * threads took part, is enough to find a race if there is one (after Savage et al., "Eraser", and
 * Zheng et al., "GRace", without their approximations, since accesses come in a known order).
 * Threads that write one value to one place don't disturb each other, nor those of them that read
 * it.
 */
final class AccessHistory {
  /** No conflict. */
  static final long NONE = 0;

  /** The whole block, groups of it that run side by side, and last the engine of bulk copies. */
  private static final int GROUPS = 10;

  private static final int BULK = GROUPS - 1;

  /** Whom records of bulk copies name. */
  static final int BULK_THREAD = (1 << 11) - 1;

  private static final int THREAD_BITS = 11;
  private static final int SITE_BITS = 18;
  private static final int SEVERAL_SHIFT = THREAD_BITS + SITE_BITS;
  private static final int ATOMIC_SHIFT = 31;

  private final Clock clock;
  private final long[] writes;
  private final long[] reads;

  /** Block number + 1 of whoever wrote or read, -1 for several; null for memory of one block. */
  private final int @Nullable [] writers;

  private final int @Nullable [] readers;

  /** Epochs of the warps of {@link #writes} and {@link #reads}; null without warp barriers. */
  private final int @Nullable [] writeWarpEpochs;

  private final int @Nullable [] readWarpEpochs;

  /** When each group of threads wrote and read a unit last; null without barrier objects. */
  private final int @Nullable [][] groupWrites;

  private final int @Nullable [][] groupReads;

  /** The group of {@link #writes} and {@link #reads}. */
  private final byte @Nullable [] lastWriter;

  private final byte @Nullable [] lastReader;

  /** Site + 1 of the asynchronous copy that will write the unit; null without such copies. */
  private final int @Nullable [] pending;

  /**
   * For each group of threads, and for bulk copies, up to when what it did is over for somebody
   * (vector clocks; Mattern, "Virtual Time and Global States of Distributed Systems").
   */
  static final class Knowledge {
    private final int[] until = new int[GROUPS];

    private void join(int[] other) {
      for (int g = 0; g < GROUPS; g++) {
        until[g] = Math.max(until[g], other[g]);
      }
    }
  }

  /**
   * The epochs that accesses happen in, and what groups of threads that run side by side know of
   * each other. Within a group only barriers of the block order threads.
   */
  static final class Clock {
    private final int warpSize;
    private final int[] warpEpochs;
    private int block;
    private int epoch;
    private int blockStart;
    private int group;
    private final int[] now = new int[GROUPS];
    private final Knowledge[] known = new Knowledge[GROUPS];

    Clock(int warps, int warpSize) {
      this.warpSize = warpSize;
      this.warpEpochs = new int[warps];
      Arrays.setAll(known, g -> new Knowledge());
      meet();
    }

    /** The number of the present epoch. */
    int epoch() {
      return epoch;
    }

    /** Everybody knows all that has been done. */
    private void meet() {
      for (Knowledge each : known) {
        each.join(now);
      }
      for (int g = 0; g < GROUPS; g++) {
        now[g]++;
      }
    }

    /** Groups of threads begin to run side by side. */
    void startRoles(int count) {
      if (count >= BULK) {
        throw Machine.refuse(count + " thread groups side by side");
      }
      meet();
    }

    /** What follows is done by a group of threads; 0 is the whole block. */
    void enterRole(int number) {
      group = number;
    }

    /** The group lets others know, through a barrier object, what it did and knows. */
    void release(Knowledge through) {
      through.join(known[group].until);
      through.until[group] = Math.max(through.until[group], now[group]);
      now[group]++;
    }

    /** Bulk copies that have arrived let others know. */
    void releaseBulk(Knowledge through) {
      through.until[BULK] = Math.max(through.until[BULK], now[BULK]);
      now[BULK]++;
    }

    /** The group gets to know what was released. */
    void acquire(Knowledge from) {
      known[group].join(from.until);
    }

    /** All accesses from here on belong to another block. */
    void startBlock(int number) {
      block = number;
      epoch++;
      blockStart = epoch;
      group = 0;
      meet();
    }

    /** The threads of the block have waited for each other. */
    void barrier() {
      epoch++;
      meet();
    }

    /** The threads of a warp have waited for each other. */
    void warpBarrier(int warp) {
      warpEpochs[warp]++;
    }
  }

  /**
   * @param units how many units there are
   * @param acrossBlocks whether all blocks share the memory
   * @param warpBarriers whether the kernel has any
   * @param asyncCopies whether the kernel has any that write this memory
   * @param barrierObjects whether the kernel has any
   */
  AccessHistory(
      Clock clock,
      int units,
      boolean acrossBlocks,
      boolean warpBarriers,
      boolean asyncCopies,
      boolean barrierObjects) {
    boolean groups = barrierObjects && !acrossBlocks;
    this.groupWrites = groups ? new int[GROUPS][units] : null;
    this.groupReads = groups ? new int[GROUPS][units] : null;
    this.lastWriter = groups ? new byte[units] : null;
    this.lastReader = groups ? new byte[units] : null;
    this.clock = clock;
    this.writes = new long[units];
    this.reads = new long[units];
    this.writers = acrossBlocks ? new int[units] : null;
    this.readers = acrossBlocks ? new int[units] : null;
    this.writeWarpEpochs = warpBarriers ? new int[units] : null;
    this.readWarpEpochs = warpBarriers ? new int[units] : null;
    this.pending = asyncCopies ? new int[units] : null;
  }

  /** Whether anybody has written the unit while the kernel runs. */
  boolean isWritten(int unit) {
    return writes[unit] != NONE;
  }

  /** Whether the present block has written the unit, and nobody since. */
  boolean isWrittenByBlock(int unit) {
    return epoch(writes[unit]) >= clock.blockStart;
  }

  /**
   * Notes a read.
   *
   * @return the write that it races with, or {@link #NONE}
   */
  long read(int unit, int thread, int site) {
    long write = writes[unit];
    // Others that wrote it in this epoch, too, wrote the same value, or their race is known.
    boolean own = epoch(write) == clock.epoch && thread(write) == thread;
    boolean ordered = isOrdered(write, writeWarpEpochs, lastWriter, unit, thread);
    long conflict = (own || ordered) && !isUnknown(groupWrites, unit) ? NONE : write;
    if (writers != null && readers != null) {
      boolean otherBlock = writers[unit] != 0 && writers[unit] != clock.block + 1;
      if (otherBlock && !isWrittenByBlock(unit)) {
        conflict = write;
      }
      readers[unit] = joined(readers[unit]);
    }
    record(reads, readWarpEpochs, lastReader, unit, thread, site, false);
    noteGroup(groupReads, lastReader, unit, clock.group);
    return conflict;
  }

  /** The write that a write would race with, or {@link #NONE}. */
  long conflictingWrite(int unit, int thread, boolean atomic) {
    long write = writes[unit];
    if (atomic && isAtomic(write)) {
      return NONE;
    }
    boolean otherBlock = writers != null && writers[unit] != 0 && writers[unit] != clock.block + 1;
    boolean ordered = isOrdered(write, writeWarpEpochs, lastWriter, unit, thread);
    return otherBlock || !ordered || isUnknown(groupWrites, unit) ? write : NONE;
  }

  /** The read that a write would race with, or {@link #NONE}. */
  long conflictingRead(int unit, int thread) {
    long read = reads[unit];
    boolean otherBlock = readers != null && readers[unit] != 0 && readers[unit] != clock.block + 1;
    boolean ordered = isOrdered(read, readWarpEpochs, lastReader, unit, thread);
    return otherBlock || !ordered || isUnknown(groupReads, unit) ? read : NONE;
  }

  /** Notes a write. */
  void write(int unit, int thread, int site, boolean atomic) {
    if (writers != null) {
      writers[unit] = joined(writers[unit]);
    }
    record(writes, writeWarpEpochs, lastWriter, unit, thread, site, atomic);
    noteGroup(groupWrites, lastWriter, unit, clock.group);
  }

  /** Notes the write of a bulk copy that has arrived. */
  void writeInBulk(int unit, int site) {
    record(writes, null, null, unit, BULK_THREAD, site, false);
    noteGroup(groupWrites, lastWriter, unit, BULK);
  }

  private void noteGroup(int @Nullable [][] times, byte @Nullable [] last, int unit, int group) {
    if (times != null && last != null) {
      times[group][unit] = clock.now[group];
      last[unit] = (byte) group;
    }
  }

  /** Whether another group accessed a unit later than the present one knows of. */
  private boolean isUnknown(int @Nullable [][] times, int unit) {
    if (times == null) {
      return false;
    }
    int[] until = clock.known[clock.group].until;
    for (int g = 0; g < GROUPS; g++) {
      if (g != clock.group && times[g][unit] > until[g]) {
        return true;
      }
    }
    return false;
  }

  /** The site of the asynchronous copy that is under way to the unit; -1 for none. */
  int pendingSite(int unit) {
    return pending == null ? -1 : pending[unit] - 1;
  }

  /** Notes that an asynchronous copy is under way to the unit, or, with -1, has arrived. */
  void setPending(int unit, int site) {
    if (pending != null) {
      pending[unit] = site + 1;
    }
  }

  /** Forgets copies that were never waited for: their block is over. */
  void dropPending() {
    if (pending != null) {
      Arrays.fill(pending, 0);
    }
  }

  /** The thread of a record. */
  static int thread(long record) {
    return (int) record & ((1 << THREAD_BITS) - 1);
  }

  /** The site of a record. */
  static int site(long record) {
    return (int) (record >> THREAD_BITS) & ((1 << SITE_BITS) - 1);
  }

  /** Whether a record is of the present epoch, and so of the present block. */
  boolean isPresent(long record) {
    return epoch(record) == clock.epoch;
  }

  private int joined(int block) {
    int own = clock.block + 1;
    return block == 0 || block == own ? own : -1;
  }

  private boolean isOrdered(
      long record, int @Nullable [] warpEpochs, byte @Nullable [] last, int unit, int thread) {
    // Whether groups are ordered is known from their clocks.
    if (epoch(record) != clock.epoch || (last != null && last[unit] != clock.group)) {
      return true;
    }
    int other = thread(record);
    if (several(record) == 0 && other == thread) {
      return true;
    }
    return warpEpochs != null
        && several(record) < 2
        && other / clock.warpSize == thread / clock.warpSize
        && warpEpochs[unit] < clock.warpEpochs[thread / clock.warpSize];
  }

  /**
   * Notes an access: over an older epoch's, or joined with those of this epoch. Of accesses that a
   * warp barrier ordered, the last one stands for all.
   */
  private void record(
      long[] records,
      int @Nullable [] warpEpochs,
      byte @Nullable [] last,
      int unit,
      int thread,
      int site,
      boolean atomic) {
    int warp = thread / clock.warpSize;
    long old = records[unit];
    int several = 0;
    boolean allAtomic = atomic;
    if (epoch(old) == clock.epoch && (last == null || last[unit] == clock.group)) {
      allAtomic &= isAtomic(old);
      several = several(old);
      if (thread(old) != thread && several < 2) {
        boolean sameWarp = thread(old) / clock.warpSize == warp;
        boolean ordered = sameWarp && warpEpochs != null && warpEpochs[unit] < epochOf(warp);
        several = sameWarp ? (ordered ? 0 : 1) : 2;
      }
    }
    records[unit] =
        ((long) clock.epoch << 32)
            | (allAtomic ? 1L << ATOMIC_SHIFT : 0)
            | ((long) several << SEVERAL_SHIFT)
            | ((long) site << THREAD_BITS)
            | thread;
    if (warpEpochs != null) {
      warpEpochs[unit] = epochOf(warp);
    }
  }

  private int epochOf(int warp) {
    return clock.warpEpochs[warp];
  }

  private static int epoch(long record) {
    return (int) (record >>> 32);
  }

  private static boolean isAtomic(long record) {
    return (record >> ATOMIC_SHIFT & 1) != 0;
  }

  /** 0 for one thread, 1 for several of a warp, 2 for several warps. */
  private static int several(long record) {
    return (int) (record >> SEVERAL_SHIFT) & 3;
  }
}
