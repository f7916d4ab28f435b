package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns loads and stores into closures that check, count and carry out the accesses. */
final class AccessCompiler {
  private final Machine machine;
  private final Values values;
  private final Memories memories;
  private final ExprCompiler exprs;

  AccessCompiler(Machine machine, Values values, Memories memories, ExprCompiler exprs) {
    this.machine = machine;
    this.values = values;
    this.memories = memories;
    this.exprs = exprs;
  }

  /** The places in memory that the lanes of an access touch. */
  final class Place {
    final Buffer buffer;
    final Memories.Slot slot;
    final DType scalar;
    final int lanes;
    final Site site;
    private final Longs index;
    private final int indexLanes;
    private final int bufferLanes;
    private final boolean contiguous;
    private final boolean rampOfOne;
    private final LongSupplier size;
    private final LongSupplier offset;
    private final long[] addresses = new long[machine.threads];
    private long[] indices = {};
    private long limit;
    private long shift;

    private Place(Buffer buffer, List<Expr> accessed, int depth) {
      if (accessed.size() != 1) {
        throw Machine.refuse(
            "an access of '" + buffer.name() + "' with " + accessed.size() + " indices");
      }
      this.buffer = buffer;
      this.slot = memories.of(buffer.data());
      this.scalar = buffer.dtype().scalar();
      this.site = exprs.site();
      Expr at = accessed.getFirst();
      this.bufferLanes = buffer.dtype().lanes();
      this.indexLanes = at.dtype().lanes();
      this.lanes = bufferLanes * indexLanes;
      this.rampOfOne = at instanceof Expr.Ramp ramp && ramp.stride().isConst(1);
      this.contiguous = indexLanes == 1 || rampOfOne;
      if (slot.memory() instanceof FragmentMemory) {
        throw Machine.refuse(
            "an access of single elements of the fragments '" + buffer.name() + "'");
      }
      // Consecutive elements are found from the first one.
      this.index = exprs.longs(at instanceof Expr.Ramp r && rampOfOne ? r.base() : at, depth);
      this.size = uniform(buffer.shape().getFirst());
      this.offset = uniform(buffer.elemOffset());
    }

    private LongSupplier uniform(Expr e) {
      if (e instanceof Expr.IntImm imm) {
        return imm::value;
      }
      if (!exprs.isUniform(e)) {
        throw Machine.refuse("'" + buffer.name() + "', whose size or offset differs by thread");
      }
      return exprs.uniformLong(e);
    }

    /** Works out the indices of all active threads and counts the requests of their warps. */
    void prepare(boolean writes, InstructionKind kind) {
      indices = index.eval();
      limit = size.getAsLong();
      shift = offset.getAsLong();
      if (slot.memory() instanceof SharedBytes bytes) {
        requests(bytes, writes, kind);
      } else {
        machine.count(kind, contiguous ? 1 : lanes);
      }
    }

    private void requests(SharedBytes bytes, boolean writes, InstructionKind kind) {
      int requests = contiguous ? 1 : indexLanes;
      int width = contiguous ? lanes * scalar.bytes() : bufferLanes * scalar.bytes();
      int aligned = machine.unalignedVectors ? 1 : Math.min(16, Integer.lowestOneBit(width));
      machine.count(kind, requests);
      for (int request = 0; request < requests; request++) {
        for (int t : machine.active.list()) {
          long element = shift + indices[request * machine.threads + t];
          long address = bytes.address(element * bufferLanes * scalar.bytes());
          addresses[t] = address;
          if (width > scalar.bytes() && address % aligned != 0) {
            misaligned(t, element, width, aligned);
          }
        }
        counter(writes).add(machine.active, addresses, width, machine.warpSize);
      }
    }

    private WarpRequests counter(boolean writes) {
      Counters counters = machine.counters;
      if (buffer.scope().rank() == Scope.Rank.GLOBAL) {
        return writes ? counters.globalStores : counters.globalLoads;
      }
      return writes ? counters.sharedStores : counters.sharedLoads;
    }

    private void misaligned(int thread, long element, int width, int aligned) {
      machine.findings.add(
          Finding.Kind.MISALIGNED_ACCESS,
          site,
          () ->
              machine.thread(thread)
                  + " accesses "
                  + width
                  + " bytes of '"
                  + buffer.name()
                  + "' from element "
                  + element
                  + ", which is not aligned to "
                  + aligned
                  + " bytes");
    }

    /** The byte that a lane begins at; -1, with a finding, if it is out of bounds. */
    long at(int lane, int thread) {
      int indexLane = bufferLanes == 1 ? lane : lane / bufferLanes;
      long i =
          rampOfOne ? indices[thread] + indexLane : indices[indexLane * machine.threads + thread];
      long byteAt =
          ((shift + i) * bufferLanes + (bufferLanes == 1 ? 0 : lane % bufferLanes))
              * scalar.bytes();
      if (i < 0 || i >= limit || byteAt < 0 || byteAt + scalar.bytes() > slot.memory().bytes()) {
        machine.findings.add(
            Finding.Kind.OUT_OF_BOUNDS,
            site,
            () ->
                machine.thread(thread)
                    + " accesses element "
                    + i
                    + " of '"
                    + buffer.name()
                    + "', which has "
                    + limit);
        return -1;
      }
      return byteAt;
    }
  }

  /** The place of an access; evaluating its index may overwrite results from {@code depth} on. */
  Place place(Buffer buffer, List<Expr> indices, int depth) {
    return new Place(buffer, indices, depth);
  }

  private static InstructionKind kind(Buffer buffer, boolean writes) {
    return switch (buffer.scope().rank()) {
      case GLOBAL, TEXTURE -> writes ? InstructionKind.GLOBAL_STORE : InstructionKind.GLOBAL_LOAD;
      case SHARED -> writes ? InstructionKind.SHARED_STORE : InstructionKind.SHARED_LOAD;
      case LOCAL,
          WARP,
          WMMA_MATRIX_A,
          WMMA_MATRIX_B,
          WMMA_ACCUMULATOR,
          MMA_MATRIX_A,
          MMA_MATRIX_B,
          MMA_MATRIX_C ->
          writes ? InstructionKind.LOCAL_STORE : InstructionKind.LOCAL_LOAD;
    };
  }

  private @Nullable Longs mask(@Nullable Expr predicate, int depth) {
    return predicate == null ? null : exprs.longs(predicate, depth);
  }

  /** Whether a lane of a thread takes part in an access under a mask. */
  private boolean takesPart(long @Nullable [] mask, boolean perLane, int lane, int thread) {
    return mask == null || mask[perLane ? lane * machine.threads + thread : thread] != 0;
  }

  private static boolean perLane(@Nullable Expr predicate) {
    return predicate != null && predicate.dtype().isVector();
  }

  Longs loadLongs(Expr.Load load, int depth) {
    Longs predicate = mask(load.predicate(), depth + 1);
    boolean perLane = perLane(load.predicate());
    Place place = place(load.buffer(), load.indices(), depth + 2);
    long[] out = values.ints(depth, place.lanes);
    InstructionKind kind = kind(load.buffer(), false);
    int bytes = place.scalar.bytes();
    return () -> {
      long[] mask = predicate == null ? null : predicate.eval();
      place.prepare(false, kind);
      Memory memory = place.slot.memory();
      for (int lane = 0; lane < place.lanes; lane++) {
        for (int t : machine.active.list()) {
          long value = 0;
          if (takesPart(mask, perLane, lane, t)) {
            long at = place.at(lane, t);
            if (at >= 0 && memory.beginRead(at, bytes, t, place.site)) {
              value = memory.getInt(place.scalar, at, t);
            }
          }
          out[lane * machine.threads + t] = value;
        }
      }
      return out;
    };
  }

  Doubles loadDoubles(Expr.Load load, int depth) {
    Longs predicate = mask(load.predicate(), depth + 1);
    boolean perLane = perLane(load.predicate());
    Place place = place(load.buffer(), load.indices(), depth + 2);
    double[] out = values.floats(depth, place.lanes);
    InstructionKind kind = kind(load.buffer(), false);
    int bytes = place.scalar.bytes();
    return () -> {
      long[] mask = predicate == null ? null : predicate.eval();
      place.prepare(false, kind);
      Memory memory = place.slot.memory();
      for (int lane = 0; lane < place.lanes; lane++) {
        for (int t : machine.active.list()) {
          double value = 0;
          if (takesPart(mask, perLane, lane, t)) {
            long at = place.at(lane, t);
            if (at >= 0 && memory.beginRead(at, bytes, t, place.site)) {
              value = memory.getFloat(place.scalar, at, t);
            }
          }
          out[lane * machine.threads + t] = value;
        }
      }
      return out;
    };
  }

  /** A store: all threads read before the first one writes. */
  Runnable store(Stmt.Store store) {
    boolean floats = store.value().dtype().isFloat();
    Doubles floatValue = floats ? exprs.doubles(store.value(), 0) : null;
    Longs intValue = floats ? null : exprs.longs(store.value(), 0);
    Longs predicate = mask(store.predicate(), 1);
    boolean perLane = perLane(store.predicate());
    Place place = place(store.buffer(), store.indices(), 2);
    InstructionKind kind = kind(store.buffer(), true);
    return () -> {
      double[] numbers = floatValue == null ? null : floatValue.eval();
      long[] ints = intValue == null ? null : intValue.eval();
      long[] mask = predicate == null ? null : predicate.eval();
      place.prepare(true, kind);
      Memory memory = place.slot.memory();
      for (int lane = 0; lane < place.lanes; lane++) {
        for (int t : machine.active.list()) {
          if (!takesPart(mask, perLane, lane, t)) {
            continue;
          }
          long at = place.at(lane, t);
          if (at < 0) {
            continue;
          }
          if (numbers != null) {
            double value = numbers[lane * machine.threads + t];
            memory.setFloat(place.scalar, at, t, value, place.site, false);
          } else if (ints != null) {
            long value = ints[lane * machine.threads + t];
            memory.setInt(place.scalar, at, t, value, place.site, false);
          }
        }
      }
    };
  }

  /**
   * A pointer and an offset in elements of a type, as asynchronous copies and {@code
   * tvm_access_ptr} have them.
   *
   * @param slot the pointer's memory
   * @param offset in elements of {@code element}
   */
  record Address(Memories.Slot slot, DType element, Longs offset) {}

  /** The address that a pointer and an offset give; -1 where it can't be. */
  Address address(Expr data, DType element, Expr offset, int depth) {
    if (!(data instanceof Var pointer) || pointer.pointerType() == null) {
      throw Machine.refuse("a pointer that is no buffer's: " + Machine.text(data));
    }
    return new Address(memories.of(pointer), element, exprs.longs(offset, depth));
  }

  /** The memory behind a data pointer. */
  Memories.Slot memory(Var pointer) {
    return memories.of(pointer);
  }

  /** The shape of the products that the fragments behind a pointer take part in. */
  int[] fragmentShape(Expr data) {
    if (data instanceof Var pointer) {
      return memories.fragmentShape(pointer);
    }
    throw Machine.refuse("a matrix operation on what is no fragment: " + Machine.text(data));
  }
}
