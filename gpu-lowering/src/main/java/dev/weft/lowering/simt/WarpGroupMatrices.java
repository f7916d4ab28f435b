package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code wgmma}: products of four warps whose factors lie in shared memory. They run beside the
 * threads: factors are read, and sums written, when the group that a product was committed in is
 * waited for, so that what is overwritten before is seen as the race that it is.
 *
 * <p>Factors lie in rows of 128 bytes; the piece of 16 bytes of a row that an address names is
 * permuted by the address's bits 7 to 9, as the hardware's 128-byte swizzle does. Shared arrays
 * count as aligned to 1024 bytes.
 */
final class WarpGroupMatrices {
  private static final int WARPS = 4;
  private static final int ROWS = 64;
  private static final int STEP = 16;
  private static final int ROW_BYTES = 128;

  private final Machine machine;
  private final ExprCompiler exprs;
  private final AccessCompiler accesses;
  private final WarpMatrices warps;

  /** A product that is under way; {@code group} counts its warp group's commits. */
  private record UnderWay(int warpGroup, int group, Runnable product) {}

  private final List<UnderWay> underWay = new ArrayList<>();
  private final int[] committed;

  WarpGroupMatrices(
      Machine machine, ExprCompiler exprs, AccessCompiler accesses, WarpMatrices warps) {
    this.machine = machine;
    this.exprs = exprs;
    this.accesses = accesses;
    this.warps = warps;
    this.committed = new int[Math.ceilDiv(machine.warps(), WARPS)];
  }

  /** The operation as a statement; null for other calls. */
  @Nullable Runnable compile(Intrinsic intrinsic, List<Expr> args) {
    return switch (intrinsic) {
      case PTX_WGMMA -> multiply(args);
      case PTX_WGMMA_FENCE -> () -> machine.count(InstructionKind.BARRIER);
      case PTX_WGMMA_COMMIT -> forGroups(group -> committed[group]++);
      case PTX_WGMMA_WAIT -> {
        if (!(args.getFirst() instanceof Expr.IntImm(DType type, long pending))) {
          throw Machine.refuse("T.ptx_wgmma_wait_group of a number that is not constant");
        }
        yield forGroups(group -> await(group, pending));
      }
      case ASYNC_PROXY_FENCE ->
          () -> {
            machine.count(InstructionKind.BARRIER);
            for (int t : machine.active.list()) {
              machine.unfenced[t] = false;
            }
          };
      default -> null;
    };
  }

  private interface GroupStep {
    void run(int group);
  }

  /** Carries out a step for each warp group, all of whose lanes must be there. */
  private Runnable forGroups(GroupStep step) {
    Site site = exprs.site();
    return () -> {
      machine.count(InstructionKind.MATRIX);
      for (int group = 0; group < committed.length; group++) {
        int present = 0;
        for (int w = 0; w < WARPS && group * WARPS + w < machine.warps(); w++) {
          present += Long.bitCount(machine.active.ballot(group * WARPS + w));
        }
        if (present == WARPS * machine.warpSize) {
          step.run(group);
        } else if (present != 0) {
          int number = group;
          int count = present;
          machine.findings.add(
              Finding.Kind.DIVERGENT_BARRIER,
              site,
              () ->
                  count
                      + " of "
                      + WARPS * machine.warpSize
                      + " threads of warp group "
                      + number
                      + " take part in a matrix operation");
        }
      }
    };
  }

  private void await(int warpGroup, long pending) {
    List<UnderWay> done =
        underWay.stream()
            .filter(u -> u.warpGroup == warpGroup && u.group < committed[warpGroup] - pending)
            .toList();
    underWay.removeAll(done);
    done.forEach(u -> u.product.run());
  }

  /** A block is over; what nobody has waited for is gone. */
  void endBlock() {
    underWay.clear();
  }

  /** Elements of a factor in shared memory. */
  private record Factor(WarpMatrices.Pointer pointer, Longs offset) {}

  private Factor factor(Expr data, Expr offset, int depth) {
    if (!(data instanceof Var v)
        || v.pointerType() == null
        || !(accesses.memory(v).memory() instanceof SharedBytes shared)
        || shared.isGlobal()) {
      throw Machine.refuse("T.ptx_wgmma of memory that is not shared");
    }
    Longs at = exprs.longs(offset, depth);
    return new Factor(
        new WarpMatrices.Pointer(accesses.memory(v), v.pointerType().element().scalar(), at), at);
  }

  /**
   * {@code ptx_wgmma(shape, type, panels, C, c, A, a, B, b)}: C += A · B. A is 64 rows; B is rows
   * of terms, one a column, or, in panels, rows of 64 columns, one a term, 64 of them a panel.
   */
  private Runnable multiply(List<Expr> args) {
    if (!(args.get(0) instanceof Expr.StringImm(String shape))
        || !shape.matches("m64n\\d+k16")
        || !(args.get(2) instanceof Expr.IntImm panels)) {
      throw Machine.refuse("T.ptx_wgmma of another shape than m64nNk16");
    }
    int n = Integer.parseInt(shape.substring(4, shape.indexOf('k')));
    boolean inPanels = panels.value() != 0;
    if (!(args.get(3) instanceof Var sums) || sums.pointerType() == null) {
      throw Machine.refuse("sums that are no buffer's: " + Machine.text(args.get(3)));
    }
    DType sumType = sums.pointerType().element().scalar();
    Longs sumAt = exprs.longs(args.get(4), 0);
    WarpMatrices.Pointer c = new WarpMatrices.Pointer(accesses.memory(sums), sumType, sumAt);
    Factor a = factor(args.get(5), args.get(6), 1);
    Factor b = factor(args.get(7), args.get(8), 2);
    if (a.pointer.element().bytes() != 2 || b.pointer.element().bytes() != 2) {
      throw Machine.refuse("T.ptx_wgmma of elements of other than 16 bits");
    }
    Site site = exprs.site();
    return forGroups(
        group -> {
          int first = group * WARPS * machine.warpSize;
          long[] sumOffsets = sumAt.eval();
          int[] registers = new int[WARPS * machine.warpSize];
          for (int t = 0; t < registers.length; t++) {
            registers[t] = (int) sumOffsets[first + t];
          }
          long aStart = uniform(a.offset.eval(), first, site) * 2;
          long bStart = uniform(b.offset.eval(), first, site) * 2;
          machine.checkFenced(site);
          underWay.add(
              new UnderWay(
                  group,
                  committed[group],
                  () -> product(first, registers, c, a, aStart, b, bStart, n, inPanels, site)));
        });
  }

  /** What all threads of a warp group must agree on. */
  private long uniform(long[] values, int first, Site site) {
    for (int t = first; t < first + WARPS * machine.warpSize; t++) {
      if (values[t] != values[first]) {
        int thread = t;
        machine.findings.add(
            Finding.Kind.DIVERGENT_BARRIER,
            site,
            () -> machine.thread(thread) + " names another matrix than its warp group");
        break;
      }
    }
    return values[first];
  }

  private void product(
      int first,
      int[] registers,
      WarpMatrices.Pointer c,
      Factor a,
      long aStart,
      Factor b,
      long bStart,
      int n,
      boolean inPanels,
      Site site) {
    double[] left = new double[ROWS * STEP];
    double[] right = new double[STEP * n];
    for (int i = 0; i < ROWS; i++) {
      for (int k = 0; k < STEP; k++) {
        left[i * STEP + k] = element(a, aStart + (long) i * ROW_BYTES + k * 2L, first, site);
      }
    }
    for (int k = 0; k < STEP; k++) {
      for (int j = 0; j < n; j++) {
        long at =
            inPanels
                ? (long) (j / ROWS) * ROWS * ROW_BYTES + (long) k * ROW_BYTES + j % ROWS * 2L
                : (long) j * ROW_BYTES + k * 2L;
        right[k * n + j] = element(b, bStart + at, first, site);
      }
    }
    double[] sums = new double[ROWS * n];
    for (int t = 0; t < registers.length; t++) {
      for (int r = 0; r < n / 2; r++) {
        long at = (long) (registers[t] + r) * c.element().bytes();
        if (warps.isInside(c.slot().memory(), at, c.element().bytes(), first + t, site)) {
          sums[place(t, r, n)] = WarpMatrices.get(c, at, first + t, site);
        }
      }
    }
    double[] result = WarpMatrices.product(left, right, sums, ROWS, n, STEP, c.element());
    for (int t = 0; t < registers.length; t++) {
      for (int r = 0; r < n / 2; r++) {
        long at = (long) (registers[t] + r) * c.element().bytes();
        if (warps.isInside(c.slot().memory(), at, c.element().bytes(), first + t, site)) {
          WarpMatrices.set(c, at, first + t, result[place(t, r, n)], site);
        }
      }
    }
  }

  /** The sum that a thread of the group holds in a register ("Register Fragments" of wgmma). */
  private static int place(int thread, int register, int n) {
    int lane = thread % 32;
    int row = thread / 32 * 16 + register % 4 / 2 * 8 + lane / 4;
    int column = register / 4 * 8 + lane % 4 * 2 + register % 2;
    return row * n + column;
  }

  private double element(Factor factor, long address, int thread, Site site) {
    long at = address ^ (address >> 7 & 7) << 4;
    return warps.isInside(factor.pointer.slot().memory(), at, 2, thread, site)
        ? WarpMatrices.get(factor.pointer, at, thread, site)
        : 0;
  }
}
