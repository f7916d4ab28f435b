package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The matrix operations of warps whose fragments are registers of the lanes in a known layout:
 * {@code ldmatrix}, {@code mma.sync} and what fills and stores their registers.
 */
final class LaneMatrices {
  private static final int ROW_BYTES = 16;

  private final Machine machine;
  private final ExprCompiler exprs;
  private final AccessCompiler accesses;
  private final WarpMatrices warps;

  LaneMatrices(Machine machine, ExprCompiler exprs, AccessCompiler accesses, WarpMatrices warps) {
    this.machine = machine;
    this.exprs = exprs;
    this.accesses = accesses;
    this.warps = warps;
  }

  /** The operation as a statement; null for other calls. */
  @Nullable Runnable compile(Intrinsic intrinsic, List<Expr> args) {
    return switch (intrinsic) {
      case PTX_LDMATRIX -> loadMatrix(args);
      case PTX_MMA -> multiply(args);
      case MMA_FILL -> fill(args);
      case MMA_STORE -> store(args);
      default -> null;
    };
  }

  /** Registers from an offset on; the offset differs by lane where the memory is a warp's. */
  private final class Registers {
    private final WarpMatrices.Pointer pointer;
    private final Longs offset;

    Registers(Expr data, Expr offset, int depth) {
      if (!(data instanceof Var v) || v.pointerType() == null) {
        throw Machine.refuse("registers that are no buffer's: " + Machine.text(data));
      }
      DType element = v.pointerType().element().scalar();
      this.offset = exprs.longs(offset, depth);
      this.pointer = new WarpMatrices.Pointer(accesses.memory(v), element, this.offset);
    }

    DType element() {
      return pointer.element();
    }

    double get(long[] offsets, int thread, int i, Site site) {
      long at = (offsets[thread] + i) * element().bytes();
      boolean fits = warps.isInside(pointer.slot().memory(), at, element().bytes(), thread, site);
      return fits ? WarpMatrices.get(pointer, at, thread, site) : 0;
    }

    void set(long[] offsets, int thread, int i, double value, Site site) {
      long at = (offsets[thread] + i) * element().bytes();
      if (warps.isInside(pointer.slot().memory(), at, element().bytes(), thread, site)) {
        WarpMatrices.set(pointer, at, thread, value, site);
      }
    }
  }

  /**
   * {@code ptx_ldmatrix(transposed, count, type, registers, offset, shared, offset)}: matrices of 8
   * rows of 16 bytes; lane {@code 8*j + r} names row r of matrix j.
   */
  private Runnable loadMatrix(List<Expr> args) {
    boolean transposed = args.get(0) instanceof Expr.IntImm imm && imm.value() != 0;
    if (!(args.get(1) instanceof Expr.IntImm(DType type, long count))) {
      throw Machine.refuse("T.ptx_ldmatrix of a number of matrices that is not constant");
    }
    Registers to = new Registers(args.get(3), args.get(4), 0);
    WarpMatrices.Pointer from = warps.pointer(args.get(5), 1);
    Longs shift = exprs.longs(args.get(6), 2);
    Site site = exprs.site();
    int bytes = from.element().bytes();
    int perRow = ROW_BYTES / bytes;
    int perLane = perRow / 4;
    if (transposed && bytes != 2) {
      throw Machine.refuse("T.ptx_ldmatrix that transposes elements of other than 16 bits");
    }
    long[] addresses = new long[machine.threads];
    Runnable step =
        warps.forWarps(
            site,
            InstructionKind.MATRIX,
            (warp, first) -> {
              long[] begins = from.offset().eval();
              long[] shifts = shift.eval();
              long[] offsets = to.offset.eval();
              double[][] rows = new double[(int) count * 8][perRow];
              for (int r = 0; r < rows.length; r++) {
                int thread = first + r;
                long at = (begins[thread] + shifts[thread]) * bytes;
                if (at % ROW_BYTES != 0) {
                  machine.findings.add(
                      Finding.Kind.MISALIGNED_ACCESS,
                      site,
                      () -> machine.thread(thread) + " names a row not aligned to 16 bytes");
                }
                if (warps.isInside(from.slot().memory(), at, ROW_BYTES, thread, site)) {
                  for (int c = 0; c < perRow; c++) {
                    rows[r][c] = WarpMatrices.get(from, at + (long) c * bytes, thread, site);
                  }
                }
              }
              for (int lane = 0; lane < machine.warpSize; lane++) {
                for (int j = 0; j < count; j++) {
                  for (int i = 0; i < perLane; i++) {
                    int row = transposed ? lane % 4 * 2 + i : lane / 4;
                    int column = transposed ? lane / 4 : lane % 4 * perLane + i;
                    double value = rows[j * 8 + row][column];
                    to.set(offsets, first + lane, j * perLane + i, value, site);
                  }
                }
              }
            });
    return () -> {
      if (from.slot().memory() instanceof SharedBytes shared && !shared.isGlobal()) {
        long[] begins = from.offset().eval();
        long[] shifts = shift.eval();
        for (int t : machine.active.list()) {
          addresses[t] = shared.address((begins[t] + shifts[t]) * bytes);
        }
        for (int j = 0; j < count; j++) {
          for (int warp = 0; warp < machine.warps(); warp++) {
            long begin = (long) warp * machine.warpSize + j * 8L;
            Lanes rows = machine.active.within(begin, begin + 8);
            machine.counters.sharedLoads.add(rows, addresses, ROW_BYTES, machine.warpSize);
          }
        }
      } else {
        throw Machine.refuse("T.ptx_ldmatrix of memory that is not shared");
      }
      step.run();
    };
  }

  /** {@code ptx_mma(shape, layouts, types, A, a, B, b, C, c, saturate)}: C += A · B. */
  private Runnable multiply(List<Expr> args) {
    int start = 0;
    while (!(args.get(start) instanceof Expr.StringImm(String text) && text.matches("m\\d+n.*"))) {
      start++;
    }
    String name = ((Expr.StringImm) args.get(start)).value();
    int operands = start + 6;
    Registers a = new Registers(args.get(operands), args.get(operands + 1), 0);
    Registers b = new Registers(args.get(operands + 2), args.get(operands + 3), 1);
    Registers c = new Registers(args.get(operands + 4), args.get(operands + 5), 2);
    MmaShape shape = MmaShape.of(name, a.element().bits());
    if (shape == null || machine.warpSize != 32) {
      throw Machine.refuse("T.ptx_mma of shape " + name + " on " + a.element());
    }
    Site site = exprs.site();
    return warps.forWarps(
        site,
        InstructionKind.MATRIX,
        (warp, first) -> {
          long[] aAt = a.offset.eval();
          long[] bAt = b.offset.eval();
          long[] cAt = c.offset.eval();
          double[] left = new double[shape.m * shape.k];
          double[] right = new double[shape.k * shape.n];
          double[] sum = new double[shape.m * shape.n];
          for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < shape.aCount(); i++) {
              left[shape.a(lane, i)] = factor(a, a.get(aAt, first + lane, i, site));
            }
            for (int i = 0; i < shape.bCount(); i++) {
              right[shape.b(lane, i)] = factor(b, b.get(bAt, first + lane, i, site));
            }
            for (int i = 0; i < shape.cCount(); i++) {
              sum[shape.c(lane, i)] = c.get(cAt, first + lane, i, site);
            }
          }
          double[] result =
              WarpMatrices.product(left, right, sum, shape.m, shape.n, shape.k, c.element());
          for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < shape.cCount(); i++) {
              c.set(cAt, first + lane, i, result[shape.c(lane, i)], site);
            }
          }
        });
  }

  /** Of float32 the tensor cores take the upper 19 bits (tf32). */
  private static double factor(Registers from, double value) {
    return from.element().equals(DType.FLOAT32)
        ? Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & ~0x1fff)
        : value;
  }

  /** {@code mma_fill(count, registers, offset)}: zeros. */
  private Runnable fill(List<Expr> args) {
    int count = constant(args.get(0));
    Registers to = new Registers(args.get(1), args.get(2), 0);
    Site site = exprs.site();
    return warps.forWarps(
        site,
        InstructionKind.LOCAL_STORE,
        (warp, first) -> {
          long[] offsets = to.offset.eval();
          for (int lane = 0; lane < machine.warpSize; lane++) {
            for (int i = 0; i < count; i++) {
              to.set(offsets, first + lane, i, 0, site);
            }
          }
        });
  }

  /** {@code mma_store(16, 16, pointer, registers, offset, stride)}: two accumulators of 16 × 8. */
  private Runnable store(List<Expr> args) {
    if (constant(args.get(0)) != 16 || constant(args.get(1)) != 16) {
      throw Machine.refuse("T.mma_store of other than 16 × 16");
    }
    WarpMatrices.Pointer to = warps.pointer(args.get(2), 0);
    Registers from = new Registers(args.get(3), args.get(4), 1);
    Longs stride = exprs.longs(args.get(5), 2);
    Site site = exprs.site();
    int bytes = to.element().bytes();
    return warps.forWarps(
        site,
        InstructionKind.MATRIX,
        (warp, first) -> {
          long[] begins = to.offset().eval();
          long[] offsets = from.offset.eval();
          long[] strides = stride.eval();
          for (int lane = 0; lane < machine.warpSize; lane++) {
            int t = first + lane;
            for (int i = 0; i < 8; i++) {
              int row = i % 4 / 2 * 8 + lane / 4;
              int column = i / 4 * 8 + lane % 4 * 2 + i % 2;
              long at = (begins[t] + row * strides[t] + column) * bytes;
              if (warps.isInside(to.slot().memory(), at, bytes, t, site)) {
                WarpMatrices.set(to, at, t, from.get(offsets, t, i, site), site);
              }
            }
          }
        });
  }

  private static int constant(Expr e) {
    if (e instanceof Expr.IntImm imm) {
      return Math.toIntExact(imm.value());
    }
    throw Machine.refuse("a matrix operation whose shape is not constant");
  }
}
