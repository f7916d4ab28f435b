package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.runtime.host.WrittenBytes;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Memory that several threads reach: global memory, a block's shared memory, a warp's memory. */
final class SharedBytes extends Memory {
  /** Who shares the memory. */
  enum Sharing {
    /** All threads of the grid. */
    GRID,
    /** The threads of a block; each block begins with nothing written. */
    BLOCK,
    /** The threads of a warp, which run in lock step. */
    WARP
  }

  private static final int HOST_ALIGNMENT = 64;

  private final Machine machine;
  private final Sharing sharing;
  private final MemorySegment data;
  private final long bytes;
  private final int unit;

  /** Null for memory that nobody writes while the kernel runs. */
  private final @Nullable AccessHistory history;

  /** What of global memory was written; null if all of it was before the launch. */
  private final @Nullable WrittenBytes written;

  private SharedBytes(
      String name,
      Machine machine,
      Sharing sharing,
      MemorySegment data,
      long bytes,
      int unit,
      @Nullable AccessHistory history,
      @Nullable WrittenBytes written) {
    super(name);
    this.machine = machine;
    this.sharing = sharing;
    this.data = data;
    this.bytes = bytes;
    this.unit = unit;
    this.history = history;
    this.written = written;
  }

  /** What is known of the accesses of a memory before the kernel runs. */
  record Uses(
      int unit,
      boolean written,
      boolean warpBarriers,
      boolean asyncCopies,
      boolean barrierObjects) {}

  /** An argument, and what was written of it before; null for all. */
  static SharedBytes global(
      String name, Machine machine, MemorySegment data, @Nullable WrittenBytes written, Uses uses) {
    long bytes = data.byteSize();
    AccessHistory history = uses.written ? history(machine, bytes, true, uses) : null;
    WrittenBytes incomplete = written == null || written.isComplete() ? null : written;
    return new SharedBytes(
        name, machine, Sharing.GRID, data, bytes, uses.unit, history, incomplete);
  }

  /** Memory of each block. */
  static SharedBytes ofBlock(String name, Machine machine, long bytes, Uses uses) {
    MemorySegment data = MemorySegment.ofArray(new long[Math.toIntExact((bytes + 7) / 8)]);
    return new SharedBytes(
        name,
        machine,
        Sharing.BLOCK,
        data,
        bytes,
        uses.unit,
        history(machine, bytes, false, uses),
        null);
  }

  /** Memory of each warp, {@code bytes} each. */
  static SharedBytes ofWarps(String name, Machine machine, long bytes, Uses uses) {
    long all = bytes * machine.warps();
    MemorySegment data = MemorySegment.ofArray(new long[Math.toIntExact((all + 7) / 8)]);
    return new SharedBytes(
        name,
        machine,
        Sharing.WARP,
        data,
        bytes,
        uses.unit,
        history(machine, all, false, uses),
        null);
  }

  private static AccessHistory history(
      Machine machine, long bytes, boolean acrossBlocks, Uses uses) {
    int units = Math.toIntExact(Math.ceilDiv(bytes, uses.unit));
    return new AccessHistory(
        machine.clock,
        units,
        acrossBlocks,
        uses.warpBarriers,
        uses.asyncCopies,
        uses.barrierObjects);
  }

  @Override
  long bytes() {
    return bytes;
  }

  /** Whether all blocks of the grid reach it. */
  boolean isGlobal() {
    return sharing == Sharing.GRID;
  }

  /**
   * The address for transactions and alignment. Memory that begins at a multiple of what the host
   * aligns tensors to counts as aligned like a device's, so that counts are the same in every run.
   */
  long address(long at) {
    return data.isNative() ? data.address() % HOST_ALIGNMENT + at : at;
  }

  private long place(long at, int thread) {
    return sharing == Sharing.WARP ? at + bytes * (thread / machine.warpSize) : at;
  }

  @Override
  boolean beginRead(long at, int length, int thread, Site site) {
    boolean fine = isWritten(at, length, thread, site);
    if (history == null) {
      return fine;
    }
    long begin = place(at, thread);
    for (long unitAt = begin / unit; unitAt * unit < begin + length; unitAt++) {
      int u = (int) unitAt;
      if (isPending(u, thread, site)) {
        fine = false;
        continue;
      }
      if (sharing != Sharing.GRID && !history.isWrittenByBlock(u)) {
        unwritten(u, thread, site);
        fine = false;
      }
      long conflict = history.read(u, thread, site.id());
      if (conflict != AccessHistory.NONE && sharing != Sharing.WARP) {
        race(u, thread, "reads", conflict, "wrote", site);
      }
    }
    return fine;
  }

  /** Whether global memory was written, by anybody at any time; if not, it is noted. */
  private boolean isWritten(long at, int length, int thread, Site site) {
    if (written == null || written.contains(at, length)) {
      return true;
    }
    machine.findings.add(
        Finding.Kind.UNINITIALISED_READ,
        site,
        () ->
            machine.thread(thread)
                + " reads "
                + element((int) (at / unit))
                + ", which nobody has written");
    return false;
  }

  /** Notes it if an atomic operation is about to update what nobody has written. */
  void beginUpdate(long at, int length, int thread, Site site) {
    var _ = isWritten(at, length, thread, site);
  }

  private boolean isPending(int u, int thread, Site site) {
    int copy = history == null ? -1 : history.pendingSite(u);
    if (copy < 0) {
      return false;
    }
    machine.findings.add(
        Finding.Kind.ASYNC_COPY_NOT_WAITED,
        site,
        () ->
            machine.thread(thread)
                + " accesses "
                + element(u)
                + ", to which the asynchronous copy in line "
                + machine.site(copy).line()
                + " is under way");
    return true;
  }

  private void unwritten(int u, int thread, Site site) {
    machine.findings.add(
        Finding.Kind.UNINITIALISED_READ,
        site,
        () ->
            machine.thread(thread)
                + " reads "
                + element(u)
                + ", which no thread of its block has written");
  }

  private void race(int u, int thread, String does, long conflict, String did, Site site) {
    machine.findings.add(
        Finding.Kind.DATA_RACE,
        site,
        () ->
            machine.thread(thread)
                + " "
                + does
                + " "
                + element(u)
                + ", which "
                + other(conflict, thread)
                + " "
                + did
                + " in line "
                + machine.site(AccessHistory.site(conflict)).line()
                + ", with no barrier between");
  }

  private String other(long conflict, int thread) {
    if (history == null || !history.isPresent(conflict)) {
      return "another block";
    }
    int first = AccessHistory.thread(conflict);
    if (first == AccessHistory.BULK_THREAD) {
      return "a bulk copy";
    }
    return first == thread ? "another thread" : machine.thread(first);
  }

  private String element(int u) {
    return "element " + u + (unit == 1 ? " (byte)" : "") + " of '" + name + "'";
  }

  @Override
  double getFloat(DType dtype, long at, int thread) {
    return Scalars.getFloat(dtype, data, place(at, thread));
  }

  @Override
  long getInt(DType dtype, long at, int thread) {
    return Scalars.getInt(dtype, data, place(at, thread));
  }

  @Override
  void setFloat(DType dtype, long at, int thread, double value, Site site, boolean atomic) {
    long place = place(at, thread);
    int length = dtype.bytes();
    long before = atomic || history == null ? 0 : bits(place, length);
    Scalars.setFloat(dtype, data, place, value);
    machine.unfenced[thread] |= sharing == Sharing.BLOCK;
    noteWrite(place, length, thread, site, atomic, before);
  }

  @Override
  void setInt(DType dtype, long at, int thread, long value, Site site, boolean atomic) {
    long place = place(at, thread);
    int length = dtype.bytes();
    long before = atomic || history == null ? 0 : bits(place, length);
    Scalars.setInt(dtype, data, place, value);
    machine.unfenced[thread] |= sharing == Sharing.BLOCK;
    noteWrite(place, length, thread, site, atomic, before);
  }

  /** Bytes as they are, for comparing; {@code length} is at most 8. */
  private long bits(long place, int length) {
    return switch (length) {
      case 1 -> Scalars.getInt(DType.UINT8, data, place);
      case 2 -> Scalars.getInt(DType.UINT16, data, place);
      case 4 -> Scalars.getInt(DType.UINT32, data, place);
      default -> Scalars.getInt(DType.UINT64, data, place);
    };
  }

  /** Threads that write one value to one place don't disturb each other. */
  private void noteWrite(
      long place, int length, int thread, Site site, boolean atomic, long before) {
    if (written != null) {
      written.add(place, length);
    }
    if (history == null) {
      return;
    }
    for (long unitAt = place / unit; unitAt * unit < place + length; unitAt++) {
      int u = (int) unitAt;
      var _ = isPending(u, thread, site);
      if (sharing != Sharing.WARP) {
        boolean changes = atomic || before != bits(place, length);
        long write = history.conflictingWrite(u, thread, atomic);
        if (write != AccessHistory.NONE && changes) {
          race(u, thread, "writes", write, "wrote", site);
        }
        // Who has read what others wrote is known from the read; the same value changes nothing.
        long read = history.conflictingRead(u, thread);
        if (read != AccessHistory.NONE && (changes || !history.isWritten(u))) {
          race(u, thread, "writes", read, "read", site);
        }
      }
      history.write(u, thread, site.id(), atomic);
    }
  }

  /** Marks the goal of an asynchronous copy: nobody may touch it until {@link #arrive}. */
  void expect(long at, long length, int thread, Site site) {
    if (history == null) {
      return;
    }
    for (long unitAt = at / unit; unitAt * unit < at + length; unitAt++) {
      int u = (int) unitAt;
      if (!isPending(u, thread, site)) {
        long read = history.conflictingRead(u, thread);
        if (read != AccessHistory.NONE) {
          race(u, thread, "copies to", read, "read", site);
        }
        long write = history.conflictingWrite(u, thread, false);
        if (write != AccessHistory.NONE) {
          race(u, thread, "copies to", write, "wrote", site);
        }
      }
      history.setPending(u, site.id());
    }
  }

  /** Carries out an asynchronous copy that has been waited for. */
  void arrive(long at, MemorySegment source, int thread, Site site) {
    int length = (int) source.byteSize();
    data.asSlice(at, length).copyFrom(source);
    machine.unfenced[thread] |= sharing == Sharing.BLOCK;
    if (written != null) {
      written.add(at, length);
    }
    if (history == null) {
      return;
    }
    for (long unitAt = at / unit; unitAt * unit < at + length; unitAt++) {
      history.setPending((int) unitAt, -1);
      history.write((int) unitAt, thread, site.id(), false);
    }
  }

  /** Carries out a bulk copy, past the threads, that somebody has waited for. */
  void arriveInBulk(long at, MemorySegment source, Site site) {
    int length = (int) source.byteSize();
    data.asSlice(at, length).copyFrom(source);
    if (history == null) {
      return;
    }
    for (long unitAt = at / unit; unitAt * unit < at + length; unitAt++) {
      history.setPending((int) unitAt, -1);
      history.writeInBulk((int) unitAt, site.id());
    }
  }

  /** Writes bytes, whole units of this memory, for a thread. */
  void writeBytes(long at, byte[] bytes, int thread, Site site) {
    for (int i = 0; i < bytes.length; i += unit) {
      long before = history == null ? 0 : bits(at + i, unit);
      data.asSlice(at + i, unit).copyFrom(MemorySegment.ofArray(bytes).asSlice(i, unit));
      noteWrite(at + i, unit, thread, site, false, before);
    }
  }

  /** The bytes from a place, as they are now. */
  byte[] copy(long at, int length) {
    return data.asSlice(at, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  /** A block is over. */
  void endBlock() {
    if (history != null) {
      history.dropPending();
    }
  }
}
