package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.runtime.host.WrittenBytes;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The memories of a kernel, by data pointer. */
final class Memories {
  private final Machine machine;
  private final Map<Var, DType> elements = new HashMap<>();
  private final Set<Var> mixed = new HashSet<>();
  private final Set<Var> written = new HashSet<>();
  private final Map<Var, int[]> fragmentShapes = new HashMap<>();
  private boolean warpBarriers;
  private boolean asyncCopies;
  private boolean barrierObjects;
  private final Map<Var, Slot> slots = new HashMap<>();

  /** A place for a memory, which another one takes at each launch where it is an argument. */
  static final class Slot {
    final Var data;
    private Memory memory;

    private Slot(Var data, Memory memory) {
      this.data = data;
      this.memory = memory;
    }

    Memory memory() {
      return memory;
    }

    /** Memory that several threads reach; null for memory of a thread. */
    SharedBytes bytes() {
      if (memory instanceof SharedBytes bytes) {
        return bytes;
      }
      throw Machine.refuse("an asynchronous copy or atomic operation on '" + memory.name + "'");
    }
  }

  /** Looks through a kernel's body for how its memories are used. */
  Memories(Machine machine, Stmt body) {
    this.machine = machine;
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          access(store.buffer(), true);
        }
        super.stmt(node);
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          access(load.buffer(), false);
        }
        if (node instanceof Expr.Call call) {
          call(call);
        }
        super.expr(node);
      }
    }.stmt(body);
  }

  private void access(Buffer buffer, boolean writes) {
    DType scalar = buffer.dtype().scalar();
    DType known = elements.putIfAbsent(buffer.data(), scalar);
    if (known != null && !known.equals(scalar)) {
      mixed.add(buffer.data());
    }
    if (known != null && scalar.bytes() < known.bytes()) {
      elements.put(buffer.data(), scalar);
    }
    if (writes) {
      written.add(buffer.data());
    }
  }

  private void call(Expr.Call call) {
    if (call.is(Intrinsic.STORAGE_SYNC)
        && call.args().getFirst() instanceof Expr.StringImm(String scope)) {
      warpBarriers |= scope.equals("warp");
    }
    asyncCopies |= call.is(Intrinsic.PTX_CP_ASYNC) || call.is(Intrinsic.PTX_CP_ASYNC_BULK_TENSOR);
    barrierObjects |= call.is(Intrinsic.CREATE_BARRIERS);
    if ((call.is(Intrinsic.WMMA_LOAD) || call.is(Intrinsic.WMMA_FILL))
        && call.args().get(0) instanceof Var data
        && call.args().get(1) instanceof Expr.IntImm m
        && call.args().get(2) instanceof Expr.IntImm n
        && call.args().get(3) instanceof Expr.IntImm k) {
      fragmentShapes.put(data, new int[] {(int) m.value(), (int) n.value(), (int) k.value()});
    }
    if (call.callee() instanceof Intrinsic intrinsic
        && intrinsic.effect == Intrinsic.Effect.UPDATE) {
      for (Expr arg : call.args()) {
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            if (node instanceof Var v && v.pointerType() != null) {
              written.add(v);
            } else if (node instanceof Expr.Load load) {
              written.add(load.buffer().data());
            }
            super.expr(node);
          }
        }.expr(arg);
      }
    }
  }

  private SharedBytes.Uses uses(Var data, DType declared) {
    int unit = Math.min(elements.getOrDefault(data, declared).bytes(), declared.bytes());
    return new SharedBytes.Uses(
        unit, written.contains(data), warpBarriers, asyncCopies, barrierObjects);
  }

  /** Memory that the kernel allocates. */
  Slot allocate(Stmt.Allocate allocate) {
    Var data = allocate.data();
    Var.PointerType pointer = data.pointerType();
    Scope scope = pointer == null ? Scope.LOCAL : pointer.scope();
    long elementCount = 1;
    for (Expr extent : allocate.extents()) {
      if (!(extent instanceof Expr.IntImm size)) {
        throw Machine.refuse("'" + data.name() + "', whose size is not constant");
      }
      elementCount = Math.multiplyExact(elementCount, size.value());
    }
    DType declared = allocate.dtype().scalar();
    int count = Math.toIntExact(elementCount * allocate.dtype().lanes());
    long bytes = (long) count * declared.bytes();
    Memory memory =
        switch (scope.rank()) {
          case LOCAL -> {
            DType element = elements.getOrDefault(data, declared);
            if (mixed.contains(data) || element.bytes() != declared.bytes()) {
              throw Machine.refuse("'" + data.name() + "', registers accessed as several types");
            }
            yield new LocalMemory(data.name(), machine, element, count);
          }
          case SHARED -> SharedBytes.ofBlock(data.name(), machine, bytes, uses(data, declared));
          case WARP -> SharedBytes.ofWarps(data.name(), machine, bytes, uses(data, declared));
          case GLOBAL, TEXTURE ->
              throw Machine.refuse("'" + data.name() + "', allocated in " + scope + " memory");
          case WMMA_MATRIX_A, WMMA_MATRIX_B, WMMA_ACCUMULATOR ->
              new FragmentMemory(data.name(), machine, declared, count);
          case MMA_MATRIX_A, MMA_MATRIX_B, MMA_MATRIX_C ->
              throw Machine.refuse("'" + data.name() + "', a fragment in " + scope);
        };
    return define(data, memory);
  }

  /** A place for the memory of an argument. */
  Slot argument(Var data) {
    return define(data, new LocalMemory(data.name(), machine, DType.INT8, 0));
  }

  /** Gives an argument its memory for a launch. */
  void bind(Slot slot, DType declared, MemorySegment segment, @Nullable WrittenBytes written) {
    SharedBytes.Uses uses = uses(slot.data, declared.scalar());
    slot.memory = SharedBytes.global(slot.data.name(), machine, segment, written, uses);
  }

  private Slot define(Var data, Memory memory) {
    Slot slot = new Slot(data, memory);
    slots.put(data, slot);
    return slot;
  }

  /** The memory behind a data pointer. */
  Slot of(Var data) {
    Slot slot = slots.get(data);
    if (slot == null) {
      throw Machine.refuse("the pointer '" + data.name() + "', which points to no memory");
    }
    return slot;
  }

  /** The shape m × n × k of the products that fragments behind a pointer take part in. */
  int[] fragmentShape(Var data) {
    int[] shape = fragmentShapes.get(data);
    if (shape == null) {
      throw Machine.refuse("the fragments '" + data.name() + "', which nothing fills or loads");
    }
    return shape.clone();
  }

  /** A block is over. */
  void endBlock() {
    for (Slot slot : slots.values()) {
      if (slot.memory instanceof FragmentMemory fragments) {
        fragments.clear();
      }
    }
    if (asyncCopies) {
      for (Slot slot : slots.values()) {
        if (slot.memory instanceof SharedBytes bytes) {
          bytes.endBlock();
        }
      }
    }
  }
}
