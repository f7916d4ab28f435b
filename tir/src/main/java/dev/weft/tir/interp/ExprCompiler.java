package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;

/** Turns expressions into {@link Eval}s. */
final class ExprCompiler {
  private final Slots slots;
  private final CallCompiler calls;

  ExprCompiler(Slots slots, Functions functions) {
    this.slots = slots;
    this.calls = new CallCompiler(this, functions);
  }

  Slots slots() {
    return slots;
  }

  /** Whether values of the type are computed as double (else as long). */
  static boolean isFloat(DType dtype) {
    return dtype.isFloat();
  }

  Eval compile(Expr node) {
    return switch (node) {
      case Var v -> variable(v);
      case Expr.IntImm(DType dtype, long value) -> new Eval.Constant(value);
      case Expr.FloatImm(DType dtype, double value) -> Eval.ofDouble((f, lane) -> value);
      case Expr.StringImm(String value) -> Eval.ofObject(f -> value);
      case Expr.Cast(DType dtype, Expr value) -> cast(dtype, value.dtype(), compile(value));
      case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
          binary(op, a.dtype(), compile(a), compile(b));
      case Expr.Not(Expr value) -> {
        Eval v = compile(value);
        yield Eval.ofLong((f, lane) -> v.asLong(f, lane) ^ 1);
      }
      case Expr.Select(Expr condition, Expr ifTrue, Expr ifFalse) ->
          select(condition, ifTrue, ifFalse);
      case Expr.Load load -> load(load);
      case Expr.Ramp(Expr base, Expr stride, int lanes) -> {
        Eval b = compile(base);
        Eval s = compile(stride);
        DType dtype = base.dtype();
        yield Eval.ofLong((f, lane) -> Scalars.wrap(dtype, b.asLong(f) + lane * s.asLong(f)));
      }
      case Expr.Broadcast(Expr value, int lanes) -> {
        Eval v = compile(value);
        yield isFloat(value.dtype())
            ? Eval.ofDouble((f, lane) -> v.asDouble(f, 0))
            : Eval.ofLong((f, lane) -> v.asLong(f, 0));
      }
      case Expr.Let(Var v, Expr value, Expr body) -> let(v, value, body);
      case Expr.Shuffle shuffle -> shuffle(shuffle);
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          calls.compile(dtype, callee, args);
    };
  }

  private Eval variable(Var v) {
    Integer slot = slots.find(v);
    if (slot == null) {
      throw new InterpreterException(
          "the variable '" + v.name() + "' has no value", "", "bind it by a loop, block or let");
    }
    int s = slot;
    if (v.dtype().isHandle()) {
      return Eval.ofObject(f -> f.objects[s]);
    }
    if (v.dtype().isVector()) {
      return isFloat(v.dtype())
          ? Eval.ofDouble((f, lane) -> ((double[]) f.objects[s])[lane])
          : Eval.ofLong((f, lane) -> ((long[]) f.objects[s])[lane]);
    }
    return isFloat(v.dtype()) ? Eval.ofDouble((f, lane) -> f.floats[s]) : new Eval.Slot(s);
  }

  static Eval cast(DType to, DType from, Eval value) {
    DType scalar = to.scalar();
    if (isFloat(to)) {
      if (isFloat(from)) {
        return Eval.ofDouble((f, lane) -> Scalars.round(scalar, value.asDouble(f, lane)));
      }
      DType source = from.scalar();
      boolean single = to.bits() == 32 && !IntMath.isUnsigned(source);
      return single
          ? Eval.ofDouble((f, lane) -> (float) value.asLong(f, lane))
          : Eval.ofDouble(
              (f, lane) -> Scalars.round(scalar, IntMath.toDouble(source, value.asLong(f, lane))));
    }
    if (to.isHandle()) {
      return value;
    }
    return isFloat(from)
        ? Eval.ofLong((f, lane) -> IntMath.fromDouble(scalar, value.asDouble(f, lane)))
        : Eval.ofLong((f, lane) -> IntMath.wrap(scalar, value.asLong(f, lane)));
  }

  Eval binary(BinaryOp op, DType operand, Eval a, Eval b) {
    if (!isFloat(operand)) {
      Eval quick = Arithmetic.int32(op, operand.scalar(), a, b);
      return quick != null ? quick : intBinary(op, operand.scalar(), a, b);
    }
    Eval quick = Arithmetic.float32(op, operand.scalar(), a, b);
    if (quick != null) {
      return quick;
    }
    DType t = operand.scalar();
    return switch (op) {
      case ADD -> rounded(t, (f, lane) -> a.asDouble(f, lane) + b.asDouble(f, lane));
      case SUB -> rounded(t, (f, lane) -> a.asDouble(f, lane) - b.asDouble(f, lane));
      case MUL -> rounded(t, (f, lane) -> a.asDouble(f, lane) * b.asDouble(f, lane));
      case DIV -> rounded(t, (f, lane) -> a.asDouble(f, lane) / b.asDouble(f, lane));
      case MOD -> rounded(t, (f, lane) -> a.asDouble(f, lane) % b.asDouble(f, lane));
      case FLOOR_DIV ->
          rounded(t, (f, lane) -> Math.floor(a.asDouble(f, lane) / b.asDouble(f, lane)));
      case FLOOR_MOD -> rounded(t, (f, lane) -> floorMod(a.asDouble(f, lane), b.asDouble(f, lane)));
      // NaN if either is NaN (IEEE 754-2019 minimum, maximum).
      case MIN -> Eval.ofDouble((f, lane) -> Math.min(a.asDouble(f, lane), b.asDouble(f, lane)));
      case MAX -> Eval.ofDouble((f, lane) -> Math.max(a.asDouble(f, lane), b.asDouble(f, lane)));
      case EQ -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) == b.asDouble(f, lane) ? 1 : 0);
      case NE -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) != b.asDouble(f, lane) ? 1 : 0);
      case LT -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) < b.asDouble(f, lane) ? 1 : 0);
      case LE -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) <= b.asDouble(f, lane) ? 1 : 0);
      case GT -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) > b.asDouble(f, lane) ? 1 : 0);
      case GE -> Eval.ofLong((f, lane) -> a.asDouble(f, lane) >= b.asDouble(f, lane) ? 1 : 0);
      case AND, OR -> throw new IllegalStateException(op + " of floats");
    };
  }

  private static double floorMod(double a, double b) {
    double r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }

  private static Eval rounded(DType dtype, Eval.OfDouble op) {
    if (dtype.bits() == 64) {
      return Eval.ofDouble(op);
    }
    if (dtype.equals(DType.FLOAT32)) {
      return Eval.ofDouble((f, lane) -> (float) op.apply(f, lane));
    }
    return Eval.ofDouble((f, lane) -> Scalars.round(dtype, op.apply(f, lane)));
  }

  private static Eval intBinary(BinaryOp op, DType dtype, Eval a, Eval b) {
    return switch (op) {
      case DIV, MOD, FLOOR_DIV, FLOOR_MOD ->
          Eval.ofLong(
              (f, lane) -> {
                long divisor = b.asLong(f, lane);
                if (divisor == 0) {
                  throw f.error("division by zero (" + op.text + ")", "guard the divisor");
                }
                return IntMath.apply(op, dtype, a.asLong(f, lane), divisor);
              });
      case AND -> Eval.ofLong((f, lane) -> a.asLong(f, lane) != 0 ? b.asLong(f, lane) : 0);
      case OR -> Eval.ofLong((f, lane) -> a.asLong(f, lane) != 0 ? 1 : b.asLong(f, lane));
      case ADD ->
          Eval.ofLong((f, lane) -> IntMath.wrap(dtype, a.asLong(f, lane) + b.asLong(f, lane)));
      case MUL ->
          Eval.ofLong((f, lane) -> IntMath.wrap(dtype, a.asLong(f, lane) * b.asLong(f, lane)));
      case SUB, MIN, MAX, EQ, NE, LT, LE, GT, GE ->
          Eval.ofLong((f, lane) -> IntMath.apply(op, dtype, a.asLong(f, lane), b.asLong(f, lane)));
    };
  }

  private Eval select(Expr condition, Expr ifTrue, Expr ifFalse) {
    Eval c = compile(condition);
    Eval t = compile(ifTrue);
    Eval e = compile(ifFalse);
    boolean perLane = condition.dtype().isVector();
    // Both sides are evaluated: an access out of bounds in the side not taken is an error too.
    if (isFloat(ifTrue.dtype())) {
      return Eval.ofDouble(
          (f, lane) -> {
            double x = t.asDouble(f, lane);
            double y = e.asDouble(f, lane);
            return c.asLong(f, perLane ? lane : 0) != 0 ? x : y;
          });
    }
    return Eval.ofLong(
        (f, lane) -> {
          long x = t.asLong(f, lane);
          long y = e.asLong(f, lane);
          return c.asLong(f, perLane ? lane : 0) != 0 ? x : y;
        });
  }

  /** Lazily evaluated choice ({@code T.if_then_else}). */
  Eval choose(Expr condition, Expr ifTrue, Expr ifFalse) {
    Eval c = compile(condition);
    Eval t = compile(ifTrue);
    Eval e = compile(ifFalse);
    boolean perLane = condition.dtype().isVector();
    if (isFloat(ifTrue.dtype())) {
      return Eval.ofDouble(
          (f, lane) -> (c.asLong(f, perLane ? lane : 0) != 0 ? t : e).asDouble(f, lane));
    }
    return Eval.ofLong((f, lane) -> (c.asLong(f, perLane ? lane : 0) != 0 ? t : e).asLong(f, lane));
  }

  private Eval let(Var v, Expr value, Expr body) {
    Binder binder = binder(v, value);
    Eval b = compile(body);
    if (isFloat(body.dtype())) {
      return Eval.ofDouble(
          (f, lane) -> {
            binder.bind(f);
            return b.asDouble(f, lane);
          });
    }
    return Eval.ofLong(
        (f, lane) -> {
          binder.bind(f);
          return b.asLong(f, lane);
        });
  }

  /** Gives a variable its value. */
  interface Binder {
    void bind(Frame frame);
  }

  Binder binder(Var v, Expr value) {
    Eval compiled = compile(value);
    int slot = slots.define(v);
    DType dtype = v.dtype();
    int lanes = dtype.lanes();
    if (dtype.isHandle()) {
      return f -> f.objects[slot] = compiled.asObject(f);
    }
    if (lanes == 1) {
      return isFloat(dtype)
          ? f -> f.floats[slot] = compiled.asDouble(f, 0)
          : f -> f.ints[slot] = compiled.asLong(f, 0);
    }
    if (isFloat(dtype)) {
      return f -> {
        double[] vector = new double[lanes];
        for (int lane = 0; lane < lanes; lane++) {
          vector[lane] = compiled.asDouble(f, lane);
        }
        f.objects[slot] = vector;
      };
    }
    return f -> {
      long[] vector = new long[lanes];
      for (int lane = 0; lane < lanes; lane++) {
        vector[lane] = compiled.asLong(f, lane);
      }
      f.objects[slot] = vector;
    };
  }

  private Eval shuffle(Expr.Shuffle shuffle) {
    List<Eval> sources = new ArrayList<>();
    List<Integer> sourceLanes = new ArrayList<>();
    for (Expr vector : shuffle.vectors()) {
      Eval compiled = compile(vector);
      for (int lane = 0; lane < vector.dtype().lanes(); lane++) {
        sources.add(compiled);
        sourceLanes.add(lane);
      }
    }
    Eval[] from = new Eval[shuffle.positions().size()];
    int[] lanes = new int[from.length];
    for (int i = 0; i < from.length; i++) {
      if (!(shuffle.positions().get(i) instanceof Expr.IntImm(DType dtype, long position))
          || position < 0
          || position >= sources.size()) {
        throw new InterpreterException(
            "Shuffle position " + i + " is not a constant below " + sources.size(), "", "");
      }
      from[i] = sources.get((int) position);
      lanes[i] = sourceLanes.get((int) position);
    }
    return isFloat(shuffle.dtype())
        ? Eval.ofDouble((f, lane) -> from[lane].asDouble(f, lanes[lane]))
        : Eval.ofLong((f, lane) -> from[lane].asLong(f, lanes[lane]));
  }

  private Eval load(Expr.Load load) {
    Access access = access(load, load.buffer(), load.indices());
    DType scalar = load.buffer().dtype().scalar();
    int bytes = load.buffer().dtype().bytes() / load.buffer().dtype().lanes();
    Expr mask = load.predicate();
    Eval predicate = mask == null ? null : compile(mask);
    boolean perLane = mask != null && mask.dtype().isVector();
    if (predicate == null && scalar.equals(DType.FLOAT32)) {
      return new Arithmetic.LoadFloat32(access);
    }
    if (isFloat(scalar)) {
      return Eval.ofDouble(
          (f, lane) -> {
            if (predicate != null && predicate.asLong(f, perLane ? lane : 0) == 0) {
              return 0;
            }
            BoundBuffer bound = access.bound(f);
            long at = access.readOffset(f, bound, lane, bytes);
            return Scalars.getFloat(scalar, bound.memory().data, at);
          });
    }
    if (scalar.isHandle()) {
      return Eval.ofObject(
          f -> {
            BoundBuffer bound = access.bound(f);
            long at = access.readOffset(f, bound, 0, bytes);
            return Scalars.getInt(scalar, bound.memory().data, at);
          });
    }
    return Eval.ofLong(
        (f, lane) -> {
          if (predicate != null && predicate.asLong(f, perLane ? lane : 0) == 0) {
            return 0;
          }
          BoundBuffer bound = access.bound(f);
          long at = access.readOffset(f, bound, lane, bytes);
          return Scalars.getInt(scalar, bound.memory().data, at);
        });
  }

  /** The place in memory that a load or store touches. */
  Access access(Object node, Buffer buffer, List<Expr> indices) {
    Eval[] compiled = indices.stream().map(this::compile).toArray(Eval[]::new);
    boolean[] vector = new boolean[compiled.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = indices.get(i).dtype().isVector();
    }
    return new Access(node, buffer, compiled, vector, bufferSource(buffer), slots.find(buffer));
  }

  /** Where a buffer's memory and sizes come from: its slot, or the pointer for undeclared views. */
  BufferSource bufferSource(Buffer buffer) {
    Integer slot = slots.find(buffer);
    if (slot != null) {
      int s = slot;
      return f -> (BoundBuffer) f.objects[s];
    }
    return viewOf(buffer);
  }

  /** Gives a buffer's memory and sizes. */
  interface BufferSource {
    BoundBuffer get(Frame frame);
  }

  /** A buffer over a pointer that has a value; sizes are worked out at each use. */
  BufferSource viewOf(Buffer buffer) {
    Integer pointer = slots.find(buffer.data());
    if (pointer == null) {
      throw new InterpreterException(
          "the buffer '" + buffer.name() + "' is used outside the scope that declares it",
          "",
          "declare it by a parameter, alloc_buffer, match_buffer or decl_buffer");
    }
    int p = pointer;
    Eval[] shape = compileAll(buffer.shape());
    Eval[] strides = compileAll(buffer.strides());
    Eval offset = compile(buffer.elemOffset());
    return f -> {
      long[] dims = values(shape, f);
      long[] steps = strides.length == 0 ? BoundBuffer.compactStrides(dims) : values(strides, f);
      return new BoundBuffer(
          pointee(f, f.objects[p], buffer), buffer.dtype(), offset.asLong(f), dims, steps);
    };
  }

  static Memory pointee(Frame frame, Object pointer, Buffer buffer) {
    if (pointer instanceof Memory memory) {
      return memory;
    }
    throw frame.error("the pointer of '" + buffer.name() + "' points to no memory", "");
  }

  Eval[] compileAll(List<Expr> exprs) {
    return exprs.stream().map(this::compile).toArray(Eval[]::new);
  }

  static long[] values(Eval[] evals, Frame frame) {
    long[] values = new long[evals.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = evals[i].asLong(frame);
    }
    return values;
  }

  /** The pointer that {@code T.address_of} and {@code T.access_ptr} give. */
  Eval pointerTo(Expr.Load load) {
    Access access = access(load, load.buffer(), load.indices());
    DType element = load.buffer().dtype();
    return Eval.ofObject(
        f -> {
          BoundBuffer bound = access.bound(f);
          return new Pointer(bound.memory(), access.offset(f, bound, 0), element);
        });
  }
}
