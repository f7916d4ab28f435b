package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The matrix operations of warps on opaque fragments ({@code tvm_load_matrix_sync}, {@code
 * tvm_mma_sync} and those around them), and the pointers that they take. All lanes of a warp take
 * part, or none.
 */
final class WarpMatrices {
  private final Machine machine;
  private final ExprCompiler exprs;
  private final AccessCompiler accesses;

  WarpMatrices(Machine machine, ExprCompiler exprs, AccessCompiler accesses) {
    this.machine = machine;
    this.exprs = exprs;
    this.accesses = accesses;
  }

  /** The operation as a statement; null for other calls. */
  @Nullable Runnable compile(Intrinsic intrinsic, List<Expr> args) {
    return switch (intrinsic) {
      case WMMA_FILL -> fill(args);
      case WMMA_LOAD -> move(args, true);
      case WMMA_STORE -> move(args, false);
      case WMMA_MMA -> multiply(args);
      default -> null;
    };
  }

  /** What a whole warp does. */
  interface WarpStep {
    /** Carries out the step for the warp whose first thread is {@code first}. */
    void run(int warp, int first);
  }

  /** Carries out a step for each warp, all of whose lanes must be there. */
  Runnable forWarps(Site site, InstructionKind kind, WarpStep step) {
    return () -> {
      machine.count(kind);
      long full = machine.warpSize == 64 ? -1L : (1L << machine.warpSize) - 1;
      for (int warp = 0; warp < machine.warps(); warp++) {
        long present = machine.active.ballot(warp);
        int number = warp;
        if (present == full) {
          step.run(warp, warp * machine.warpSize);
        } else if (present != 0) {
          machine.findings.add(
              Finding.Kind.DIVERGENT_BARRIER,
              site,
              () ->
                  Long.bitCount(present)
                      + " of "
                      + machine.warpSize
                      + " lanes of warp "
                      + number
                      + " take part in a matrix operation");
        }
      }
    };
  }

  /** The fragments and where in them, for each thread, a matrix begins. */
  private record Place(FragmentMemory memory, Longs index, int rows, int columns) {
    long first(long[] indices, int thread) {
      return indices[thread] * rows * columns;
    }
  }

  private Place place(List<Expr> args, int depth) {
    int m = constant(args.get(1));
    int n = constant(args.get(2));
    int k = constant(args.get(3));
    FragmentMemory memory = fragments(args.get(0));
    Scope.Rank rank =
        args.get(0) instanceof Var v && v.pointerType() != null
            ? v.pointerType().scope().rank()
            : Scope.Rank.WMMA_ACCUMULATOR;
    int rows = rank == Scope.Rank.WMMA_MATRIX_B ? k : m;
    int columns = rank == Scope.Rank.WMMA_MATRIX_A ? k : n;
    return new Place(memory, exprs.longs(args.get(4), depth), rows, columns);
  }

  private FragmentMemory fragments(Expr data) {
    if (data instanceof Var v && accesses.memory(v).memory() instanceof FragmentMemory fragments) {
      return fragments;
    }
    throw Machine.refuse("a matrix operation on what is no fragment: " + Machine.text(data));
  }

  private static int constant(Expr e) {
    if (e instanceof Expr.IntImm imm) {
      return Math.toIntExact(imm.value());
    }
    throw Machine.refuse("a fragment whose shape is not constant");
  }

  private Runnable fill(List<Expr> args) {
    Place to = place(args, 0);
    boolean isFloat = args.get(5).dtype().isFloat();
    Doubles number = isFloat ? exprs.doubles(args.get(5), 1) : null;
    Longs integer = isFloat ? null : exprs.longs(args.get(5), 1);
    Site site = exprs.site();
    return forWarps(
        site,
        InstructionKind.MATRIX,
        (warp, first) -> {
          long at = to.first(to.index.eval(), first);
          double value =
              number != null ? number.eval()[first] : integer != null ? integer.eval()[first] : 0;
          double[] matrix = new double[to.rows * to.columns];
          Arrays.fill(matrix, value);
          if (to.memory.holds(at, matrix.length, warp, site)) {
            to.memory.write(at, matrix, warp);
          }
        });
  }

  /** Memory that a pointer leads to, and the byte at which each thread's begins. */
  record Pointer(Memories.Slot slot, DType element, Longs offset) {}

  /** What {@code T.tvm_access_ptr}, {@code T.address_of} or a plain data pointer leads to. */
  Pointer pointer(Expr e, int depth) {
    if (e instanceof Expr.Call call && call.is(Intrinsic.ACCESS_PTR)) {
      DType element = call.args().get(0).dtype();
      AccessCompiler.Address address =
          accesses.address(call.args().get(1), element, call.args().get(2), depth);
      return new Pointer(address.slot(), element, address.offset());
    }
    if (e instanceof Expr.Call call
        && call.is(Intrinsic.ADDRESS_OF)
        && call.args().getFirst() instanceof Expr.Load load) {
      Expr index =
          Expr.add(
              load.indices().getFirst(),
              Expr.cast(load.indices().getFirst().dtype(), load.buffer().elemOffset()));
      DType element = load.buffer().dtype();
      return new Pointer(accesses.memory(load.buffer().data()), element, exprs.longs(index, depth));
    }
    if (e instanceof Var v && v.pointerType() != null) {
      DType element = v.pointerType().element();
      return new Pointer(accesses.memory(v), element, exprs.longs(Expr.int32(0), depth));
    }
    throw Machine.refuse("a pointer that is no buffer's: " + Machine.text(e));
  }

  private Runnable move(List<Expr> args, boolean load) {
    Place fragment = place(args, 0);
    Pointer pointer = pointer(args.get(5), 1);
    Longs stride = exprs.longs(args.get(6), 2);
    boolean byRows =
        !(args.get(7) instanceof Expr.StringImm(String layout)) || layout.equals("row_major");
    Site site = exprs.site();
    int bytes = pointer.element.bytes();
    int count = fragment.rows * fragment.columns;
    int inner = byRows ? fragment.columns : fragment.rows;
    // The lanes share the matrix in memory order, each in pieces of at most 16 bytes.
    int piece = Math.max(1, Math.min(16 / bytes, count / machine.warpSize));
    long[] addresses = new long[machine.threads];
    Runnable step =
        forWarps(
            site,
            InstructionKind.MATRIX,
            (warp, first) -> {
              long at = fragment.first(fragment.index.eval(), first);
              long step1 = stride.eval()[first];
              long begin = pointer.offset.eval()[first];
              if (!fragment.memory.holds(at, count, warp, site)) {
                return;
              }
              double[] matrix =
                  load ? new double[count] : fragment.memory.read(at, count, warp, site);
              for (int e = 0; e < count; e++) {
                int row = byRows ? e / inner : e % inner;
                int column = byRows ? e % inner : e / inner;
                int thread = first + e / piece % machine.warpSize;
                long byteAt = (begin + e / inner * step1 + e % inner) * bytes;
                int i = row * fragment.columns + column;
                if (!isInside(pointer.slot.memory(), byteAt, bytes, thread, site)) {
                  continue;
                }
                if (load) {
                  matrix[i] = get(pointer, byteAt, thread, site);
                } else {
                  set(pointer, byteAt, thread, matrix[i], site);
                }
              }
              if (load) {
                fragment.memory.write(at, matrix, warp);
              }
            });
    return () -> {
      requests(pointer, stride, count, inner, piece, addresses, load);
      step.run();
    };
  }

  private void requests(
      Pointer pointer,
      Longs stride,
      int count,
      int inner,
      int piece,
      long[] addresses,
      boolean load) {
    if (!(pointer.slot.memory() instanceof SharedBytes bytes)) {
      return;
    }
    int width = pointer.element.bytes();
    long[] steps = stride.eval();
    long[] begins = pointer.offset.eval();
    for (int from = 0; from < count; from += piece * machine.warpSize) {
      for (int t : machine.active.list()) {
        int e = from + t % machine.warpSize * piece;
        addresses[t] = bytes.address((begins[t] + e / inner * steps[t] + e % inner) * width);
      }
      Counters counters = machine.counters;
      boolean global = bytes.isGlobal();
      WarpRequests counter =
          global
              ? load ? counters.globalLoads : counters.globalStores
              : load ? counters.sharedLoads : counters.sharedStores;
      counter.add(machine.active, addresses, piece * width, machine.warpSize);
    }
  }

  boolean isInside(Memory memory, long at, int bytes, int thread, Site site) {
    if (at >= 0 && at + bytes <= memory.bytes()) {
      return true;
    }
    machine.findings.add(
        Finding.Kind.OUT_OF_BOUNDS,
        site,
        () ->
            machine.thread(thread)
                + " accesses "
                + bytes
                + " bytes from byte "
                + at
                + " of '"
                + memory.name
                + "', which has "
                + memory.bytes());
    return false;
  }

  /** Reads an element; 0, with a finding, if it can't be read. */
  static double get(Pointer pointer, long at, int thread, Site site) {
    Memory memory = pointer.slot.memory();
    DType element = pointer.element;
    if (!memory.beginRead(at, element.bytes(), thread, site)) {
      return 0;
    }
    return element.isFloat()
        ? memory.getFloat(element, at, thread)
        : memory.getInt(element, at, thread);
  }

  static void set(Pointer pointer, long at, int thread, double value, Site site) {
    Memory memory = pointer.slot.memory();
    DType element = pointer.element;
    if (element.isFloat()) {
      memory.setFloat(element, at, thread, value, site, false);
    } else {
      memory.setInt(element, at, thread, (long) value, site, false);
    }
  }

  /** {@code (D, d, A, a, B, b, C, c)}: D = A · B + C; A's loads say the shape. */
  private Runnable multiply(List<Expr> args) {
    FragmentMemory[] memory = new FragmentMemory[4];
    Longs[] index = new Longs[4];
    for (int i = 0; i < 4; i++) {
      memory[i] = fragments(args.get(2 * i));
      index[i] = exprs.longs(args.get(2 * i + 1), i);
    }
    int[] tile = accesses.fragmentShape(args.get(2));
    int m = tile[0];
    int n = tile[1];
    int k = tile[2];
    int[] sizes = {m * n, m * k, k * n, m * n};
    Site site = exprs.site();
    return forWarps(
        site,
        InstructionKind.MATRIX,
        (warp, first) -> {
          long[] at = new long[4];
          for (int i = 0; i < 4; i++) {
            at[i] = index[i].eval()[first] * sizes[i];
            if (!memory[i].holds(at[i], sizes[i], warp, site)) {
              return;
            }
          }
          double[] a = memory[1].read(at[1], sizes[1], warp, site);
          double[] b = memory[2].read(at[2], sizes[2], warp, site);
          double[] c = memory[3].read(at[3], sizes[3], warp, site);
          memory[0].write(at[0], product(a, b, c, m, n, k, memory[3].element()), warp);
        });
  }

  /** {@code A · B + C}, rounded to C's type after each step as the reference interpreter does. */
  static double[] product(double[] a, double[] b, double[] c, int m, int n, int k, DType sumType) {
    double[] d = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = c[i * n + j];
        for (int p = 0; p < k; p++) {
          double next = sum + a[i * k + p] * b[p * n + j];
          sum =
              sumType.isFloat() ? Scalars.round(sumType, next) : Scalars.wrap(sumType, (long) next);
        }
        d[i * n + j] = sum;
      }
    }
    return d;
  }
}
