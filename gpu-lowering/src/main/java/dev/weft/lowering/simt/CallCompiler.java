package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import dev.weft.tir.interp.ScalarScope;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns calls into closures: arithmetic, choices, warp operations, atomics, synchronisation. */
final class CallCompiler {
  private final Machine machine;
  private final Values values;
  private final ExprCompiler exprs;
  private final AccessCompiler accesses;
  private final ElementWise elementWise;
  private final AsyncCopies copies;
  private final WarpMatrices warpMatrices;
  private final LaneMatrices laneMatrices;
  private final WarpGroupMatrices groupMatrices;
  private final Roles roles;
  private final BarrierObjects barriers;
  private final BulkCopies bulkCopies;

  CallCompiler(
      Machine machine,
      Values values,
      ExprCompiler exprs,
      AccessCompiler accesses,
      ElementWise elementWise) {
    this.machine = machine;
    this.values = values;
    this.exprs = exprs;
    this.accesses = accesses;
    this.elementWise = elementWise;
    this.copies = new AsyncCopies(machine);
    this.warpMatrices = new WarpMatrices(machine, exprs, accesses);
    this.laneMatrices = new LaneMatrices(machine, exprs, accesses, warpMatrices);
    this.groupMatrices = new WarpGroupMatrices(machine, exprs, accesses, warpMatrices);
    this.roles = new Roles(machine);
    this.barriers = new BarrierObjects(machine, exprs, roles);
    this.bulkCopies = new BulkCopies(machine, exprs, accesses, barriers);
  }

  Roles roles() {
    return roles;
  }

  AsyncCopies copies() {
    return copies;
  }

  /** A block is over. */
  void endBlock() {
    copies.endBlock();
    groupMatrices.endBlock();
    barriers.endBlock();
  }

  static Intrinsic intrinsic(Callee callee) {
    return switch (callee) {
      case Intrinsic intrinsic -> intrinsic;
      case Callee.GlobalVar(String name) ->
          throw Machine.refuse("a call of the function '" + name + "' in a kernel");
    };
  }

  /** Whether a callee is a function of numbers, the same for every lane of every thread. */
  static boolean isArithmetic(Callee callee) {
    return callee instanceof Intrinsic intrinsic
        && intrinsic.effect == Intrinsic.Effect.PURE
        && switch (intrinsic) {
          case ADDRESS_OF,
              CALL_PURE_EXTERN,
              CALL_LLVM_PURE_INTRIN,
              CALL_SPIRV_PURE_GLSL450,
              VSCALE,
              VECTORHIGH,
              VECTORLOW,
              VECTORCOMBINE,
              TYPE_ANNOTATION,
              TUPLE,
              THREAD_INVARIANT,
              PTX_MATRIX_DESCRIPTOR,
              MAP_SHARED_RANK ->
              false;
          default -> true;
        };
  }

  private static SimtException refuse(Intrinsic intrinsic) {
    return Machine.refuse("T." + intrinsic.text);
  }

  Longs longs(Expr call, DType dtype, Intrinsic intrinsic, List<Expr> args, int depth) {
    return switch (intrinsic) {
      case IF_THEN_ELSE -> chooseLongs(dtype, args, depth);
      case LIKELY, THREAD_INVARIANT -> exprs.longs(args.getFirst(), depth);
      case WARP_SHUFFLE, WARP_SHUFFLE_UP, WARP_SHUFFLE_DOWN, WARP_SHUFFLE_XOR -> {
        Longs value = exprs.longs(args.get(1), depth + 1);
        Exchange exchange = new Exchange(intrinsic, args, depth + 2);
        long[] out = values.ints(depth, 1);
        yield () -> {
          long[] from = value.eval();
          int[] sources = exchange.sources();
          for (int t : machine.active.list()) {
            out[t] = from[sources[t]];
          }
          return out;
        };
      }
      case WARP_ACTIVEMASK -> {
        long[] out = values.ints(depth, 1);
        yield () -> {
          machine.count(InstructionKind.SHUFFLE);
          for (int t : machine.active.list()) {
            out[t] = machine.active.ballot(t / machine.warpSize);
          }
          return out;
        };
      }
      case ATOMIC_ADD, ATOMIC_MAX, ATOMIC_MIN -> {
        long[] out = values.ints(depth, 1);
        Atomic atomic = new Atomic(intrinsic, dtype, args, depth + 1);
        Longs value = exprs.longs(args.get(1), depth + 2);
        yield () -> atomic.run(value.eval(), out);
      }
      default -> {
        if (!isArithmetic(intrinsic)) {
          throw refuse(intrinsic);
        }
        boolean onFloats = args.stream().anyMatch(arg -> arg.dtype().isFloat());
        yield elementWise.longs(call, depth, InstructionKind.of(intrinsic, onFloats));
      }
    };
  }

  Doubles doubles(Expr call, DType dtype, Intrinsic intrinsic, List<Expr> args, int depth) {
    return switch (intrinsic) {
      case IF_THEN_ELSE -> chooseDoubles(dtype, args, depth);
      case LIKELY, THREAD_INVARIANT -> exprs.doubles(args.getFirst(), depth);
      case WARP_SHUFFLE, WARP_SHUFFLE_UP, WARP_SHUFFLE_DOWN, WARP_SHUFFLE_XOR -> {
        Doubles value = exprs.doubles(args.get(1), depth + 1);
        Exchange exchange = new Exchange(intrinsic, args, depth + 2);
        double[] out = values.floats(depth, 1);
        yield () -> {
          double[] from = value.eval();
          int[] sources = exchange.sources();
          for (int t : machine.active.list()) {
            out[t] = from[sources[t]];
          }
          return out;
        };
      }
      case ATOMIC_ADD, ATOMIC_MAX, ATOMIC_MIN -> {
        double[] out = values.floats(depth, 1);
        Atomic atomic = new Atomic(intrinsic, dtype, args, depth + 1);
        Doubles value = exprs.doubles(args.get(1), depth + 2);
        yield () -> atomic.run(value.eval(), out);
      }
      default -> {
        if (!isArithmetic(intrinsic)) {
          throw refuse(intrinsic);
        }
        yield elementWise.doubles(call, depth, InstructionKind.of(intrinsic, true));
      }
    };
  }

  /** A call that is a statement; null for one that is evaluated like any value. */
  @Nullable Runnable effect(Expr.Call call) {
    if (!(call.callee() instanceof Intrinsic)) {
      return null;
    }
    Intrinsic intrinsic = intrinsic(call.callee());
    List<Expr> args = call.args();
    return switch (intrinsic) {
      case STORAGE_SYNC -> barrier(args);
      case PTX_CP_ASYNC -> asyncCopy(args);
      case PTX_CP_ASYNC_BULK_TENSOR -> bulkCopies.compile(call);
      case PTX_COMMIT_GROUP ->
          () -> {
            machine.count(InstructionKind.ASYNC_COPY);
            copies.commit();
          };
      case PTX_WAIT_GROUP -> {
        LongSupplier pending = exprs.uniformLong(args.getFirst());
        yield () -> {
          machine.count(InstructionKind.BARRIER);
          copies.await(pending.getAsLong());
        };
      }
      case PREFETCH, TUPLE, TYPE_ANNOTATION -> () -> {};
      case ASSUME -> {
        Longs holds = exprs.longs(args.getFirst(), 0);
        Site site = exprs.site();
        yield () -> {
          Lanes wrong = machine.active.where(holds.eval(), false);
          for (int t : wrong.list()) {
            machine.findings.add(
                Finding.Kind.FAILED_ASSERTION,
                site,
                () -> "the assumption does not hold for " + machine.thread(t));
          }
        };
      }
      default -> {
        Runnable matrices = warpMatrices.compile(intrinsic, args);
        if (matrices == null) {
          matrices = laneMatrices.compile(intrinsic, args);
        }
        if (matrices == null) {
          matrices = barriers.compile(intrinsic, args);
        }
        yield matrices != null ? matrices : groupMatrices.compile(intrinsic, args);
      }
    };
  }

  private Runnable barrier(List<Expr> args) {
    String scope = args.getFirst() instanceof Expr.StringImm(String text) ? text : "?";
    Site site = exprs.site();
    return switch (scope) {
      case "shared", "shared.dyn", "global" ->
          () -> {
            machine.count(InstructionKind.BARRIER);
            machine.counters.barriers++;
            if (!machine.active.isFull()) {
              divergent(site, machine.active.count(), machine.threads, "block");
            }
            machine.clock.barrier();
          };
      case "warp" ->
          () -> {
            machine.count(InstructionKind.BARRIER);
            for (int warp = 0; warp < machine.warps(); warp++) {
              long present = machine.active.ballot(warp);
              if (present != 0) {
                long all = machine.all.ballot(warp);
                if (present != all) {
                  divergent(site, Long.bitCount(present), Long.bitCount(all), "warp");
                }
                machine.clock.warpBarrier(warp);
              }
            }
          };
      default -> throw Machine.refuse("a barrier for '" + scope + "' memory");
    };
  }

  private void divergent(Site site, int present, int all, String group) {
    machine.findings.add(
        Finding.Kind.DIVERGENT_BARRIER,
        site,
        () -> present + " of " + all + " threads of the " + group + " meet it");
  }

  private void choose(Lanes before, long[] condition, Runnable ifTrue, Runnable ifFalse) {
    machine.count(InstructionKind.BRANCH);
    Lanes yes = before.where(condition, true);
    if (!yes.isEmpty()) {
      machine.active = yes;
      ifTrue.run();
    }
    if (yes.count() < before.count()) {
      machine.active = before.where(condition, false);
      ifFalse.run();
    }
    machine.active = before;
  }

  private Longs chooseLongs(DType dtype, List<Expr> args, int depth) {
    scalarCondition(args);
    Longs condition = exprs.longs(args.get(0), depth + 1);
    Longs a = exprs.longs(args.get(1), depth + 2);
    Longs b = exprs.longs(args.get(2), depth + 2);
    int lanes = dtype.lanes();
    long[] out = values.ints(depth, lanes);
    return () -> {
      choose(
          machine.active,
          condition.eval().clone(),
          () -> copy(a.eval(), out, lanes),
          () -> copy(b.eval(), out, lanes));
      return out;
    };
  }

  private Doubles chooseDoubles(DType dtype, List<Expr> args, int depth) {
    scalarCondition(args);
    Longs condition = exprs.longs(args.get(0), depth + 1);
    Doubles a = exprs.doubles(args.get(1), depth + 2);
    Doubles b = exprs.doubles(args.get(2), depth + 2);
    int lanes = dtype.lanes();
    double[] out = values.floats(depth, lanes);
    return () -> {
      choose(
          machine.active,
          condition.eval().clone(),
          () -> copy(a.eval(), out, lanes),
          () -> copy(b.eval(), out, lanes));
      return out;
    };
  }

  private static void scalarCondition(List<Expr> args) {
    if (args.getFirst().dtype().isVector()) {
      throw Machine.refuse("T.if_then_else with a condition for each lane");
    }
  }

  private void copy(long[] from, long[] to, int lanes) {
    for (int lane = 0; lane < lanes; lane++) {
      for (int t : machine.active.list()) {
        to[lane * machine.threads + t] = from[lane * machine.threads + t];
      }
    }
  }

  private void copy(double[] from, double[] to, int lanes) {
    for (int lane = 0; lane < lanes; lane++) {
      for (int t : machine.active.list()) {
        to[lane * machine.threads + t] = from[lane * machine.threads + t];
      }
    }
  }

  /** {@code tvm_warp_shuffle*(mask, value, lane or distance, width, warp size)}. */
  private final class Exchange {
    private final Intrinsic intrinsic;
    private final Longs mask;
    private final Longs by;
    private final LongSupplier width;
    private final Site site;
    private final int[] sources = new int[machine.threads];

    Exchange(Intrinsic intrinsic, List<Expr> args, int depth) {
      this.intrinsic = intrinsic;
      this.mask = exprs.longs(args.get(0), depth);
      this.by = exprs.longs(args.get(2), depth + 1);
      this.width = exprs.uniformLong(args.get(3));
      this.site = exprs.site();
    }

    /** The thread whose value each active thread gets. */
    int[] sources() {
      machine.count(InstructionKind.SHUFFLE);
      long[] members = mask.eval().clone();
      long[] operand = by.eval();
      int segment = (int) width.getAsLong();
      int warpSize = machine.warpSize;
      for (int t : machine.active.list()) {
        int warp = t / warpSize;
        int lane = t % warpSize;
        int first = lane / segment * segment;
        long source =
            switch (intrinsic) {
              case WARP_SHUFFLE -> first + Math.floorMod(operand[t], segment);
              case WARP_SHUFFLE_UP -> lane - operand[t] < first ? lane : lane - operand[t];
              case WARP_SHUFFLE_DOWN ->
                  lane + operand[t] >= first + segment ? lane : lane + operand[t];
              default -> (lane ^ operand[t]) >= first + segment ? lane : lane ^ operand[t];
            };
        int thread = (int) (warp * (long) warpSize + source);
        if (thread >= machine.threads || !machine.active.contains(thread)) {
          machine.findings.add(
              Finding.Kind.DIVERGENT_BARRIER,
              site,
              () -> machine.thread(t) + " reads lane " + source + ", which does not take part");
          thread = t;
        }
        sources[t] = thread;
        long named = members[t] & machine.all.ballot(warp);
        if (named != machine.active.ballot(warp)) {
          machine.findings.add(
              Finding.Kind.DIVERGENT_BARRIER,
              site,
              () ->
                  "the mask names lanes "
                      + Long.toHexString(named)
                      + ", those that take part are "
                      + Long.toHexString(machine.active.ballot(warp)));
        }
      }
      return sources;
    }
  }

  /** {@code atomic_*(pointer, value)}: the threads take turns. */
  private final class Atomic {
    private final AccessCompiler.Place place;
    private final ScalarScope scope = new ScalarScope();
    private final ScalarScope.Cell old;
    private final ScalarScope.Cell operand;
    private final @Nullable LongSupplier combinedLong;
    private final @Nullable DoubleSupplier combinedDouble;

    Atomic(Intrinsic intrinsic, DType dtype, List<Expr> args, int depth) {
      if (!(args.getFirst() instanceof Expr.Call call
          && call.is(Intrinsic.ADDRESS_OF)
          && call.args().getFirst() instanceof Expr.Load load)) {
        throw Machine.refuse("T." + intrinsic.text + " of anything but T.address_of an element");
      }
      this.place = accesses.place(load.buffer(), load.indices(), depth + 2);
      Var a = Var.of("old", dtype);
      Var b = Var.of("value", dtype);
      this.old = scope.cell(a);
      this.operand = scope.cell(b);
      BinaryOp op =
          switch (intrinsic) {
            case ATOMIC_ADD -> BinaryOp.ADD;
            case ATOMIC_MAX -> BinaryOp.MAX;
            default -> BinaryOp.MIN;
          };
      Expr combined = new Expr.Binary(op, a, b);
      this.combinedLong = dtype.isFloat() ? null : scope.longs(combined);
      this.combinedDouble = dtype.isFloat() ? scope.doubles(combined) : null;
    }

    private void beginUpdate(long at, int thread) {
      if (place.slot.memory() instanceof SharedBytes bytes) {
        bytes.beginUpdate(at, place.scalar.bytes(), thread, place.site);
      }
    }

    long[] run(long[] value, long[] out) {
      long[] operands = value.clone();
      place.prepare(true, InstructionKind.ATOMIC);
      for (int t : machine.active.list()) {
        long at = place.at(0, t);
        out[t] = 0;
        if (at >= 0 && combinedLong != null) {
          beginUpdate(at, t);
          out[t] = place.slot.memory().getInt(place.scalar, at, t);
          old.set(out[t]);
          operand.set(operands[t]);
          long combined = combinedLong.getAsLong();
          place.slot.memory().setInt(place.scalar, at, t, combined, place.site, true);
        }
      }
      return out;
    }

    double[] run(double[] value, double[] out) {
      double[] operands = value.clone();
      place.prepare(true, InstructionKind.ATOMIC);
      for (int t : machine.active.list()) {
        long at = place.at(0, t);
        out[t] = 0;
        if (at >= 0 && combinedDouble != null) {
          beginUpdate(at, t);
          out[t] = place.slot.memory().getFloat(place.scalar, at, t);
          old.set(out[t]);
          operand.set(operands[t]);
          double combined = combinedDouble.getAsDouble();
          place.slot.memory().setFloat(place.scalar, at, t, combined, place.site, true);
        }
      }
      return out;
    }
  }

  /**
   * {@code ptx_cp_async(shared, offset, global, offset, bytes[, predicate])}; where the predicate
   * does not hold, zeros are copied.
   */
  private Runnable asyncCopy(List<Expr> args) {
    AccessCompiler.Address to = address(args.get(0), args.get(1), 0);
    AccessCompiler.Address from = address(args.get(2), args.get(3), 1);
    LongSupplier size = exprs.uniformLong(args.get(4));
    Longs predicate = args.size() > 5 ? exprs.longs(args.get(5), 2) : null;
    Site site = exprs.site();
    long[] addresses = new long[machine.threads];
    return () -> {
      machine.count(InstructionKind.ASYNC_COPY);
      long[] toElements = to.offset().eval();
      long[] fromElements = from.offset().eval();
      long[] copies = predicate == null ? null : predicate.eval();
      int bytes = (int) size.getAsLong();
      SharedBytes target = to.slot().bytes();
      SharedBytes source = from.slot().bytes();
      for (int t : machine.active.list()) {
        long toByte = toElements[t] * to.element().bytes();
        long fromByte = fromElements[t] * from.element().bytes();
        addresses[t] = source.address(fromByte);
        boolean reads = copies == null || copies[t] != 0;
        boolean fits =
            isInside(target, toByte, bytes, t, site)
                && (!reads || isInside(source, fromByte, bytes, t, site));
        if (fits) {
          if (toByte % bytes != 0 || (reads && addresses[t] % bytes != 0)) {
            machine.findings.add(
                Finding.Kind.MISALIGNED_ACCESS,
                site,
                () -> machine.thread(t) + " copies " + bytes + " bytes that are not aligned to it");
          }
          boolean readable = reads && source.beginRead(fromByte, bytes, t, site);
          byte[] data = readable ? source.copy(fromByte, bytes) : new byte[bytes];
          this.copies.start(t, target, toByte, data, site);
        }
      }
      machine.counters.globalLoads.add(machine.active, addresses, bytes, machine.warpSize);
    };
  }

  private AccessCompiler.Address address(Expr data, Expr offset, int depth) {
    Var.PointerType pointer = data instanceof Var v ? v.pointerType() : null;
    if (pointer == null) {
      throw Machine.refuse("an asynchronous copy of something that is no buffer");
    }
    return accesses.address(data, pointer.element(), offset, depth);
  }

  private boolean isInside(SharedBytes memory, long at, int bytes, int thread, Site site) {
    if (at >= 0 && at + bytes <= memory.bytes()) {
      return true;
    }
    machine.findings.add(
        Finding.Kind.OUT_OF_BOUNDS,
        site,
        () ->
            machine.thread(thread)
                + " copies "
                + bytes
                + " bytes from byte "
                + at
                + " of '"
                + memory.name
                + "', which has "
                + memory.bytes());
    return false;
  }
}
