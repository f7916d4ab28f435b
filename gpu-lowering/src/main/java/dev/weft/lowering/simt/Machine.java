package dev.weft.lowering.simt;

import dev.weft.tir.Expr;
import dev.weft.tir.interp.ScalarScope;
import java.util.ArrayList;
import java.util.List;

/** The state of a running kernel that all its parts share. One launch runs at a time. */
final class Machine {
  /** Threads of a block. */
  final int threads;

  final int warpSize;

  /** Whether vector accesses may begin at any element. */
  final boolean unalignedVectors;

  /** Values that are the same for all threads of a block. */
  final ScalarScope uniform = new ScalarScope();

  final AccessHistory.Clock clock;
  final Lanes all;

  /** The threads that take part in what is being carried out. */
  Lanes active;

  /** Threads that wrote shared memory since their last fence for the async proxy. */
  final boolean[] unfenced;

  Counters counters = new Counters();
  Findings findings = new Findings();

  private final long[] blockExtent;
  private final List<Site> sites = new ArrayList<>();
  private long[] block = {0, 0, 0};

  /**
   * @param blockExtent threads of a block along x, y and z
   */
  Machine(long[] blockExtent, int warpSize, boolean unalignedVectors) {
    this.unalignedVectors = unalignedVectors;
    this.blockExtent = blockExtent.clone();
    this.threads = (int) (blockExtent[0] * blockExtent[1] * blockExtent[2]);
    this.warpSize = warpSize;
    this.unfenced = new boolean[threads];
    this.all = Lanes.all(threads, warpSize);
    this.active = all;
    this.clock = new AccessHistory.Clock(warps(), warpSize);
  }

  int warps() {
    return Math.ceilDiv(threads, warpSize);
  }

  /** Makes a place in the printed kernel. */
  Site site(int line, String source) {
    Site site = new Site(sites.size(), line, source);
    sites.add(site);
    return site;
  }

  Site site(int id) {
    return sites.get(id);
  }

  void startLaunch() {
    counters = new Counters();
    findings = new Findings();
  }

  void startBlock(int number, long x, long y, long z) {
    block = new long[] {x, y, z};
    clock.startBlock(number);
    active = all;
    counters.blocks++;
    counters.threads += threads;
  }

  /** Counts an instruction of the active threads. */
  void count(InstructionKind kind) {
    counters.add(kind, active.warps());
  }

  /** Counts instructions of the active threads. */
  void count(InstructionKind kind, int times) {
    counters.add(kind, (long) times * active.warps());
  }

  /** A thread's index along an axis. */
  long threadIndex(int thread, int axis) {
    return switch (axis) {
      case 0 -> thread % blockExtent[0];
      case 1 -> thread / blockExtent[0] % blockExtent[1];
      default -> thread / (blockExtent[0] * blockExtent[1]);
    };
  }

  /** A thread of the present block, for people. */
  String thread(int thread) {
    return "thread " + name(index(thread)) + " of block " + name(block);
  }

  private long[] index(int thread) {
    return new long[] {
      threadIndex(thread, 0), threadIndex(thread, 1), threadIndex(thread, 2),
    };
  }

  private static String name(long[] index) {
    if (index[1] == 0 && index[2] == 0) {
      return Long.toString(index[0]);
    }
    return "(" + index[0] + ", " + index[1] + ", " + index[2] + ")";
  }

  /** An expression that this interpreter has no meaning for. */
  static SimtException refuse(String what) {
    return new SimtException(
        "the SIMT interpreter can't run " + what, "", "lower the function to device form");
  }

  /** Whether all that threads wrote to shared memory is visible to who reads it past them. */
  void checkFenced(Site site) {
    for (int t = 0; t < threads; t++) {
      if (unfenced[t]) {
        int thread = t;
        findings.add(
            Finding.Kind.ASYNC_PROXY_NOT_FENCED,
            site,
            () ->
                thread(thread)
                    + " wrote shared memory without a fence for those who read it past the"
                    + " threads");
        return;
      }
    }
  }

  /** The expression without lanes, for messages. */
  static String text(Expr expr) {
    return dev.weft.tir.script.TvmScript.print(expr);
  }
}
