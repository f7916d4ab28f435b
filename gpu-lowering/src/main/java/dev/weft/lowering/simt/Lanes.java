package dev.weft.lowering.simt;

import java.util.Arrays;

/** A set of threads of a block, by number; immutable. */
final class Lanes {
  private final boolean[] on;
  private final int[] list;
  private final int warpSize;
  private final int warps;

  private Lanes(boolean[] on, int count, int warpSize) {
    this.on = on;
    this.warpSize = warpSize;
    int[] found = new int[count];
    int next = 0;
    int touched = 0;
    int lastWarp = -1;
    for (int t = 0; t < on.length; t++) {
      if (on[t]) {
        found[next++] = t;
        if (t / warpSize != lastWarp) {
          lastWarp = t / warpSize;
          touched++;
        }
      }
    }
    this.list = found;
    this.warps = touched;
  }

  /** All threads of a block. */
  static Lanes all(int threads, int warpSize) {
    boolean[] on = new boolean[threads];
    Arrays.fill(on, true);
    return new Lanes(on, threads, warpSize);
  }

  /** The threads, in order. The array is not to be changed. */
  int[] list() {
    return list;
  }

  int count() {
    return list.length;
  }

  boolean isEmpty() {
    return list.length == 0;
  }

  /** Whether these are all threads of the block. */
  boolean isFull() {
    return list.length == on.length;
  }

  boolean contains(int thread) {
    return on[thread];
  }

  /** The number of warps with at least one of the threads. */
  int warps() {
    return warps;
  }

  /** Those for which the condition, a truth value a thread, is {@code wanted}. */
  Lanes where(long[] condition, boolean wanted) {
    boolean[] kept = new boolean[on.length];
    int count = 0;
    for (int t : list) {
      if (condition[t] != 0 == wanted) {
        kept[t] = true;
        count++;
      }
    }
    return count == list.length ? this : new Lanes(kept, count, warpSize);
  }

  /** Those with numbers in {@code [begin, end)}. */
  Lanes within(long begin, long end) {
    long[] condition = new long[on.length];
    for (int t : list) {
      condition[t] = t >= begin && t < end ? 1 : 0;
    }
    return where(condition, true);
  }

  /** These and others. */
  Lanes and(Lanes others) {
    if (others.isEmpty() || others == this) {
      return this;
    }
    if (isEmpty()) {
      return others;
    }
    boolean[] either = on.clone();
    int count = list.length;
    for (int t : others.list) {
      if (!either[t]) {
        either[t] = true;
        count++;
      }
    }
    return count == list.length ? this : new Lanes(either, count, warpSize);
  }

  /** None. */
  Lanes none() {
    return new Lanes(new boolean[on.length], 0, warpSize);
  }

  /** One bit for each of the threads of a warp that is in the set. */
  long ballot(int warp) {
    long bits = 0;
    for (int lane = 0; lane < warpSize && warp * warpSize + lane < on.length; lane++) {
      if (on[warp * warpSize + lane]) {
        bits |= 1L << lane;
      }
    }
    return bits;
  }
}
