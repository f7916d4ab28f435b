package dev.weft.lowering.simt;

import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The barrier objects of a block ({@code mbarrier} in the PTX ISA): each counts arrivals of threads
 * and bytes of bulk copies; when all of a phase are there, the next phase begins. A thread waits
 * for the phase of a parity to end. What an object orders is told to {@link AccessHistory.Clock}.
 *
 * <p>Bulk copies arrive when somebody waits for the object that they complete on, no earlier, so
 * that what doesn't wait is seen.
 */
final class BarrierObjects {
  private final Machine machine;
  private final ExprCompiler exprs;
  private final Roles roles;
  private Barrier[] barriers = {};

  BarrierObjects(Machine machine, ExprCompiler exprs, Roles roles) {
    this.machine = machine;
    this.exprs = exprs;
    this.roles = roles;
  }

  /** A piece of a bulk copy that is under way. */
  record Piece(SharedBytes to, long at, MemorySegment data, int thread, Site site) {}

  private static final class Barrier {
    private long expected;
    private long missing;
    private long bytes;
    private long phase;
    private int initialiser = -1;
    private int initialised;
    private final AccessHistory.Knowledge gathered = new AccessHistory.Knowledge();
    private final List<Piece> underWay = new ArrayList<>();

    private boolean complete() {
      boolean all = missing == 0 && bytes == 0;
      if (all) {
        phase++;
        missing = expected;
      }
      return all;
    }
  }

  /** The operation as a statement; null for other calls. */
  @Nullable Runnable compile(Intrinsic intrinsic, List<Expr> args) {
    Site site = exprs.site();
    return switch (intrinsic) {
      case CREATE_BARRIERS -> {
        if (!(args.getFirst() instanceof Expr.IntImm count)) {
          throw Machine.refuse("a number of barrier objects that is not constant");
        }
        int n = (int) count.value();
        yield () -> {
          barriers = new Barrier[n];
          Arrays.setAll(barriers, i -> new Barrier());
        };
      }
      case BARRIER_INIT ->
          onEach(
              args,
              (barrier, thread, count) -> {
                barrier.expected = count;
                barrier.missing = count;
                barrier.bytes = 0;
                barrier.phase = 0;
                barrier.initialiser = thread;
                barrier.initialised = machine.clock.epoch();
              },
              false,
              site);
      case BARRIER_ARRIVE ->
          onEach(args, (barrier, thread, none) -> arrive(barrier, thread, site), true, site);
      case BARRIER_ARRIVE_EXPECT_TX ->
          onEach(
              args,
              (barrier, thread, bytes) -> {
                barrier.bytes += bytes;
                arrive(barrier, thread, site);
              },
              true,
              site);
      case BARRIER_WAIT -> await(args, site);
      case SET_MAX_REGISTERS -> () -> machine.count(InstructionKind.BARRIER);
      default -> null;
    };
  }

  private interface Step {
    void run(Barrier barrier, int thread, long operand);
  }

  private Runnable onEach(List<Expr> args, Step step, boolean checked, Site site) {
    Longs ids = exprs.longs(args.get(0), 0);
    Longs operands = args.size() > 1 ? exprs.longs(args.get(1), 1) : null;
    return () -> {
      machine.count(InstructionKind.BARRIER);
      long[] id = ids.eval();
      long[] operand = operands == null ? null : operands.eval();
      for (int t : machine.active.list()) {
        Barrier barrier = barrier(id[t], t, checked, site);
        if (barrier != null) {
          step.run(barrier, t, operand == null ? 0 : operand[t]);
        }
      }
    };
  }

  /** The barrier object of a number, if it is there and, where asked for, initialised. */
  private @Nullable Barrier barrier(long id, int thread, boolean checked, Site site) {
    if (id < 0 || id >= barriers.length) {
      machine.findings.add(
          Finding.Kind.OUT_OF_BOUNDS,
          site,
          () -> machine.thread(thread) + " uses barrier object " + id + " of " + barriers.length);
      return null;
    }
    Barrier barrier = barriers[(int) id];
    boolean seen =
        barrier.initialiser == thread
            || (barrier.initialiser >= 0 && barrier.initialised < machine.clock.epoch());
    if (checked && !seen) {
      machine.findings.add(
          Finding.Kind.UNINITIALISED_READ,
          site,
          () ->
              machine.thread(thread)
                  + " uses barrier object "
                  + id
                  + ", which nobody has initialised for it in front of a barrier of the block");
    }
    return barrier.initialiser < 0 && checked ? null : barrier;
  }

  private void arrive(Barrier barrier, int thread, Site site) {
    machine.clock.release(barrier.gathered);
    barrier.missing--;
    if (barrier.missing < 0) {
      barrier.missing = 0;
      machine.findings.add(
          Finding.Kind.DIVERGENT_BARRIER,
          site,
          () -> machine.thread(thread) + " arrives where all that are expected have arrived");
    }
    barrier.complete();
  }

  /** Notes a bulk copy that completes on an object. */
  void start(long id, Piece piece) {
    Barrier barrier = barrier(id, piece.thread, true, piece.site);
    if (barrier != null) {
      piece.to.expect(piece.at, piece.data.byteSize(), piece.thread, piece.site);
      barrier.underWay.add(piece);
    }
  }

  private void deliver(Barrier barrier) {
    for (Piece piece : List.copyOf(barrier.underWay)) {
      barrier.underWay.remove(piece);
      piece.to.arriveInBulk(piece.at, piece.data, piece.site);
      barrier.bytes -= piece.data.byteSize();
    }
    machine.clock.releaseBulk(barrier.gathered);
    barrier.complete();
  }

  /** {@code (id, parity)}: goes on when the phase of that parity is over. */
  private Runnable await(List<Expr> args, Site site) {
    Longs ids = exprs.longs(args.get(0), 0);
    Longs parities = exprs.longs(args.get(1), 1);
    return () -> {
      machine.count(InstructionKind.BARRIER);
      long[] id = ids.eval().clone();
      long[] parity = parities.eval().clone();
      Lanes waiting = machine.active;
      int[] threads = waiting.list();
      List<Barrier> all = new ArrayList<>();
      for (int t : threads) {
        Barrier barrier = barrier(id[t], t, true, site);
        if (barrier == null) {
          return;
        }
        all.add(barrier);
      }
      boolean over =
          roles.await(
              () -> {
                for (int i = 0; i < threads.length; i++) {
                  if (!isOver(all.get(i), parity[threads[i]])) {
                    return false;
                  }
                }
                return true;
              });
      all.stream().distinct().forEach(b -> machine.clock.acquire(b.gathered));
      if (!over) {
        int t = threads[0];
        machine.findings.add(
            Finding.Kind.BARRIER_NEVER_COMPLETES,
            site,
            () ->
                machine.thread(t)
                    + " waits for parity "
                    + parity[t]
                    + " of barrier object "
                    + id[t]
                    + ", which misses "
                    + barriers[(int) id[t]].missing
                    + " arrivals and "
                    + barriers[(int) id[t]].bytes
                    + " bytes");
      }
    };
  }

  private boolean isOver(Barrier barrier, long parity) {
    if ((barrier.phase & 1) == parity && !barrier.underWay.isEmpty()) {
      deliver(barrier);
    }
    return (barrier.phase & 1) != parity;
  }

  /** A block is over; what nobody has waited for is gone. */
  void endBlock() {
    barriers = new Barrier[0];
  }
}
