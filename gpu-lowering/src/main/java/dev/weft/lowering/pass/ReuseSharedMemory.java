package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays of shared memory that are never in use at the same time share their memory, those of
 * different types as views of it.
 *
 * <pre>{@code
 * first = T.allocate([128], "float32", "shared")         first = T.allocate([256], "float32", "shared")
 * …first…                                            →   …first…
 * second = T.allocate([256], "float32", "shared")        …first…
 * …second…
 * }</pre>
 *
 * <p>An array is in use from the first to the last statement that mentions it, and throughout each
 * loop within its scope that does. The branches of a condition count as one statement: threads may
 * be in both at once. Barriers that the sharing needs are put in later ({@link InsertBarriers}).
 */
public final class ReuseSharedMemory implements Pass {
  @Override
  public String name() {
    return "reuse_shared_memory";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    IrRewriter kernels =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            return isThread(node) ? kernel(node, target) : super.stmt(node);
          }
        };
    return function.withBody(kernels.stmt(function.body()));
  }

  private static boolean isThread(Stmt node) {
    return node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
        && key.equals(UnifyThreadBindings.THREAD_EXTENT);
  }

  private static Stmt kernel(Stmt node, Target target) {
    if (isThread(node) && node instanceof Stmt.Attr(var axis, String key, Expr extent, Stmt body)) {
      Stmt inner = kernel(body, target);
      return inner == body ? node : new Stmt.Attr(axis, key, extent, inner);
    }
    Lifetimes lifetimes = new Lifetimes();
    lifetimes.stmt(node);
    // Arrays of the JVM have one type.
    List<Slot> slots = slots(lifetimes, target.kind() != Target.Kind.JVM);
    return slots.isEmpty() ? node : new Merger(slots).merge(node);
  }

  /** An array and the statements between which it is in use, by number. */
  private static final class Array {
    private final Stmt.Allocate allocate;
    private final long elements;
    private final int loopsAround;
    private int first = Integer.MAX_VALUE;
    private int last = -1;

    /** Whether a call is given the pointer, whose type then says what it points to. */
    private boolean isPassed;

    Array(Stmt.Allocate allocate, long elements, int loopsAround) {
      this.allocate = allocate;
      this.elements = elements;
      this.loopsAround = loopsAround;
    }

    boolean overlaps(Array other) {
      return first <= other.last && other.first <= last;
    }

    long bytes() {
      return elements * allocate.dtype().bytes();
    }

    boolean isAlike(Array other, boolean acrossTypes) {
      Var.PointerType a = allocate.data().pointerType();
      Var.PointerType b = other.allocate.data().pointerType();
      boolean sameType = allocate.dtype().equals(other.allocate.dtype());
      boolean free = acrossTypes && !isPassed && !other.isPassed;
      return a != null && b != null && a.scope().equals(b.scope()) && (sameType || free);
    }
  }

  /** Numbers the statements of a kernel and finds where each array of shared memory is in use. */
  private static final class Lifetimes extends IrWalker {
    private final Map<Var, Array> arrays = new LinkedHashMap<>();
    private final List<Integer> loopStarts = new ArrayList<>();
    private final List<List<Array>> usedInLoop = new ArrayList<>();
    private int now;
    private int branches;

    @Override
    public void stmt(Stmt node) {
      if (branches == 0) {
        now++;
      }
      switch (node) {
        case Stmt.Allocate a -> {
          if (isShared(a)
              && a.extents().size() == 1
              && a.extents().getFirst() instanceof Expr.IntImm size) {
            arrays.put(a.data(), new Array(a, size.value(), loopStarts.size()));
          }
          stmt(a.body());
        }
        case Stmt.For f -> loop(f);
        case Stmt.While f -> loop(f);
        case Stmt.If f -> branch(f);
        case Stmt.ThreadGroup f -> branch(f);
        case Stmt.Store s -> {
          use(s.buffer().data());
          super.stmt(s);
        }
        case Stmt.DeclBuffer d -> stmt(d.body());
        case Stmt.Let s -> super.stmt(s);
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.Block s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      }
    }

    private void branch(Stmt node) {
      branches++;
      super.stmt(node);
      branches--;
    }

    private void loop(Stmt node) {
      loopStarts.add(now);
      usedInLoop.add(new ArrayList<>());
      super.stmt(node);
      List<Array> used = usedInLoop.removeLast();
      int start = loopStarts.removeLast();
      for (Array array : used) {
        if (array.loopsAround <= loopStarts.size()) {
          array.first = Math.min(array.first, start);
          array.last = Math.max(array.last, now);
        }
      }
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        use(load.buffer().data());
      } else if (node instanceof Var v) {
        use(v);
        Array array = arrays.get(v);
        if (array != null) {
          array.isPassed = true;
        }
      }
      super.expr(node);
    }

    private void use(Var data) {
      Array array = arrays.get(data);
      if (array != null) {
        array.first = Math.min(array.first, now);
        array.last = Math.max(array.last, now);
        usedInLoop.forEach(loop -> loop.add(array));
      }
    }

    private static boolean isShared(Stmt.Allocate a) {
      Var.PointerType type = a.data().pointerType();
      return type != null
          && type.scope().rank() == Scope.Rank.SHARED
          && a.condition().isConst(1)
          && a.annotations().isEmpty();
    }
  }

  /** Memory for several arrays. */
  private record Slot(List<Array> arrays) {
    boolean takes(Array array, boolean acrossTypes) {
      return arrays.stream().noneMatch(other -> other.overlaps(array))
          && arrays.stream().allMatch(other -> other.isAlike(array, acrossTypes));
    }

    /** The size in elements of the first array's type. */
    long elements() {
      long bytes = arrays.stream().mapToLong(Array::bytes).max().orElseThrow();
      return Math.ceilDiv(bytes, arrays.getFirst().allocate.dtype().bytes());
    }
  }

  /** The memories that several arrays share; large arrays are placed first. */
  private static List<Slot> slots(Lifetimes lifetimes, boolean acrossTypes) {
    List<Array> arrays = new ArrayList<>(lifetimes.arrays.values());
    arrays.sort((a, b) -> Long.compare(b.bytes(), a.bytes()));
    List<Slot> slots = new ArrayList<>();
    for (Array array : arrays) {
      Slot slot = slots.stream().filter(s -> s.takes(array, acrossTypes)).findFirst().orElse(null);
      if (slot == null) {
        slot = new Slot(new ArrayList<>());
        slots.add(slot);
      }
      slot.arrays.add(array);
    }
    slots.removeIf(slot -> slot.arrays.size() < 2);
    return slots;
  }

  /** Allocates the memories around the kernel's body and makes the arrays views of them. */
  private static final class Merger extends IrRewriter {
    private final Map<Var, Var> pointers = new HashMap<>();
    private final Map<Buffer, Buffer> buffers = new HashMap<>();
    private final List<Slot> slots;

    Merger(List<Slot> slots) {
      this.slots = slots;
      for (Slot slot : slots) {
        Var shared = slot.arrays.getFirst().allocate.data();
        slot.arrays.forEach(array -> pointers.put(array.allocate.data(), shared));
      }
    }

    Stmt merge(Stmt body) {
      Stmt result = stmt(body);
      for (Slot slot : slots.reversed()) {
        Stmt.Allocate like = slot.arrays.getFirst().allocate;
        Expr size = Expr.imm(DType.INT32, slot.elements());
        result =
            new Stmt.Allocate(
                like.data(), like.dtype(), List.of(size), like.condition(), Map.of(), result);
      }
      return result;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.Allocate a && pointers.containsKey(a.data())) {
        return stmt(a.body());
      }
      if (node instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body) && isMerged(buffer)) {
        return new Stmt.DeclBuffer(view(buffer), stmt(body));
      }
      Stmt mapped = super.stmt(node);
      return mapped instanceof Stmt.Store s && isMerged(s.buffer())
          ? new Stmt.Store(view(s.buffer()), s.value(), s.indices(), s.predicate())
          : mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load l && isMerged(l.buffer())) {
        return new Expr.Load(view(l.buffer()), l.indices(), l.predicate());
      }
      return mapped instanceof Var v ? pointers.getOrDefault(v, v) : mapped;
    }

    private boolean isMerged(Buffer buffer) {
      return pointers.containsKey(buffer.data());
    }

    private Buffer view(Buffer buffer) {
      return buffers.computeIfAbsent(
          buffer,
          old ->
              new Buffer(
                  pointers.getOrDefault(old.data(), old.data()),
                  old.dtype(),
                  old.shape(),
                  old.strides(),
                  old.elemOffset(),
                  old.name(),
                  old.alignment(),
                  old.offsetFactor(),
                  old.axisSeparators()));
    }
  }
}
