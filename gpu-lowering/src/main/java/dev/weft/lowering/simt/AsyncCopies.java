package dev.weft.lowering.simt;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * Copies from global to shared memory that run beside the threads ({@code cp.async}). What a copy
 * brings can't be seen before the thread that started it has waited for its group, and the other
 * threads of the block need a barrier after that.
 */
final class AsyncCopies {
  private record Copy(
      int thread, int group, SharedBytes to, long at, MemorySegment data, Site site) {}

  private final Machine machine;
  private final List<Copy> underWay = new ArrayList<>();

  /** Groups that each thread has committed. */
  private final int[] committed;

  AsyncCopies(Machine machine) {
    this.machine = machine;
    this.committed = new int[machine.threads];
  }

  /** Starts a copy of what the source holds now. */
  void start(int thread, SharedBytes to, long at, byte[] data, Site site) {
    to.expect(at, data.length, thread, site);
    underWay.add(new Copy(thread, committed[thread], to, at, MemorySegment.ofArray(data), site));
  }

  /** The active threads close the group of the copies that they have started since the last one. */
  void commit() {
    for (int t : machine.active.list()) {
      committed[t]++;
    }
  }

  /** The active threads wait until at most {@code pending} of their groups are under way. */
  void await(long pending) {
    for (Iterator<Copy> it = underWay.iterator(); it.hasNext(); ) {
      Copy copy = it.next();
      if (machine.active.contains(copy.thread) && copy.group < committed[copy.thread] - pending) {
        copy.to.arrive(copy.at, copy.data, copy.thread, copy.site);
        it.remove();
      }
    }
  }

  /** A block is over; what nobody has waited for is gone. */
  void endBlock() {
    underWay.clear();
    Arrays.fill(committed, 0);
  }
}
