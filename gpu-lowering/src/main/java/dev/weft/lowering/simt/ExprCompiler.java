package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Var;
import dev.weft.tir.interp.InterpreterException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Turns expressions of a kernel into {@link Longs} and {@link Doubles}. */
final class ExprCompiler {
  private final Machine machine;
  private final Values values;
  private final CallCompiler calls;
  private final AccessCompiler accesses;
  private final ElementWise elementWise;

  /** The statement whose expressions are being compiled. */
  private Site site;

  ExprCompiler(Machine machine, Values values, Memories memories, Site start) {
    this.machine = machine;
    this.values = values;
    this.site = start;
    this.elementWise = new ElementWise(machine, values, this);
    this.accesses = new AccessCompiler(machine, values, memories, this);
    this.calls = new CallCompiler(machine, values, this, accesses, elementWise);
  }

  /** Sets the place that expressions compiled from here on belong to. */
  void enter(Site newSite) {
    site = newSite;
  }

  Site site() {
    return site;
  }

  AccessCompiler accesses() {
    return accesses;
  }

  CallCompiler calls() {
    return calls;
  }

  /** Whether a scalar is the same for all threads of a block and needs no memory. */
  boolean isUniform(Expr e) {
    return e.dtype().lanes() == 1
        && switch (e) {
          case Var v -> values.isUniform(v);
          case Expr.IntImm imm -> true;
          case Expr.FloatImm imm -> true;
          case Expr.StringImm imm -> false;
          case Expr.Cast(DType dtype, Expr value) -> !dtype.isHandle() && isUniform(value);
          case Expr.Binary(BinaryOp op, Expr a, Expr b) -> isUniform(a) && isUniform(b);
          case Expr.Not(Expr value) -> isUniform(value);
          case Expr.Select(Expr condition, Expr a, Expr b) ->
              isUniform(condition) && isUniform(a) && isUniform(b);
          case Expr.Load load -> false;
          case Expr.Ramp ramp -> false;
          case Expr.Broadcast broadcast -> false;
          case Expr.Let let -> false;
          case Expr.Shuffle shuffle -> false;
          case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
              CallCompiler.isArithmetic(callee) && args.stream().allMatch(this::isUniform);
        };
  }

  /** An integer that is the same for all threads. */
  LongSupplier uniformLong(Expr e) {
    LongSupplier compiled = machine.uniform.longs(e);
    Site place = site;
    return () -> {
      try {
        return compiled.getAsLong();
      } catch (InterpreterException problem) {
        undefined(place, problem);
        return 0;
      }
    };
  }

  /** A floating-point number that is the same for all threads. */
  DoubleSupplier uniformDouble(Expr e) {
    return machine.uniform.doubles(e);
  }

  /** Notes arithmetic that has no result. */
  void undefined(Site place, InterpreterException problem) {
    machine.findings.add(Finding.Kind.UNDEFINED_ARITHMETIC, place, problem::what);
  }

  /** How often an expression does what. */
  private record Operation(InstructionKind kind, int times) {}

  /** The operations of an expression that is the same for all threads, to be counted each time. */
  private static List<Operation> operations(Expr e) {
    Map<InstructionKind, Integer> counts = new EnumMap<>(InstructionKind.class);
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        InstructionKind kind =
            switch (node) {
              case Expr.Binary b -> InstructionKind.arithmetic(b.a());
              case Expr.Not not -> InstructionKind.INTEGER;
              case Expr.Select s -> InstructionKind.arithmetic(s);
              case Expr.Cast cast -> InstructionKind.CONVERT;
              case Expr.Call call when call.callee() instanceof Intrinsic intrinsic ->
                  InstructionKind.of(intrinsic, call.dtype().isFloat());
              default -> null;
            };
        if (kind != null) {
          counts.merge(kind, 1, Integer::sum);
        }
        super.expr(node);
      }
    }.expr(e);
    List<Operation> operations = new ArrayList<>();
    counts.forEach((kind, times) -> operations.add(new Operation(kind, times)));
    return operations;
  }

  private void count(List<Operation> operations) {
    for (Operation operation : operations) {
      machine.count(operation.kind(), operation.times());
    }
  }

  /** Evaluates something whose value is not wanted. */
  Runnable effect(Expr e) {
    Runnable special = e instanceof Expr.Call call ? calls.effect(call) : null;
    if (special != null) {
      return special;
    }
    if (e.dtype().isFloat()) {
      Doubles value = doubles(e, 0);
      return () -> {
        var _ = value.eval();
      };
    }
    Longs value = longs(e, 0);
    return () -> {
      var _ = value.eval();
    };
  }

  /**
   * An integer or truth value.
   *
   * @param depth results at this depth and deeper may be overwritten
   */
  Longs longs(Expr e, int depth) {
    int lanes = e.dtype().lanes();
    if (e instanceof Expr.IntImm imm) {
      long[] constant = values.constant(imm.value(), 1);
      return () -> constant;
    }
    if (isUniform(e)) {
      long[] out = values.ints(depth, 1);
      LongSupplier value = uniformLong(e);
      List<Operation> operations = operations(e);
      return () -> {
        count(operations);
        Arrays.fill(out, value.getAsLong());
        return out;
      };
    }
    long[] out = values.ints(depth, lanes);
    return switch (e) {
      case Var v -> {
        long[] array = values.findInts(v);
        if (array == null) {
          throw Machine.refuse("the variable '" + v.name() + "', which has no value");
        }
        yield () -> array;
      }
      case Expr.Cast(DType to, Expr value) -> castToInt(e, to, value, depth);
      case Expr.Binary(BinaryOp op, Expr a, Expr b) -> binaryInt(e, op, a, b, depth);
      case Expr.Not(Expr value) -> {
        Longs v = longs(value, depth);
        yield () -> {
          machine.count(InstructionKind.INTEGER, lanes);
          long[] from = v.eval();
          for (int i = 0; i < out.length; i++) {
            out[i] = from[i] ^ 1;
          }
          return out;
        };
      }
      case Expr.Select(Expr condition, Expr a, Expr b) -> {
        Longs c = longs(condition, depth);
        Longs x = longs(a, depth + 1);
        Longs y = longs(b, depth + 2);
        int threads = machine.threads;
        boolean perLane = condition.dtype().isVector();
        yield () -> {
          machine.count(InstructionKind.INTEGER, lanes);
          long[] choice = c.eval();
          long[] left = x.eval();
          long[] right = y.eval();
          for (int i = 0; i < out.length; i++) {
            out[i] = choice[perLane ? i : i % threads] != 0 ? left[i] : right[i];
          }
          return out;
        };
      }
      case Expr.Load load -> accesses.loadLongs(load, depth);
      case Expr.Ramp(Expr base, Expr stride, int n) -> {
        Longs first = longs(base, depth + 1);
        Longs step = longs(stride, depth + 2);
        DType dtype = base.dtype();
        int threads = machine.threads;
        yield () -> {
          long[] start = first.eval();
          long[] by = step.eval();
          for (int lane = 0; lane < n; lane++) {
            for (int t = 0; t < threads; t++) {
              out[lane * threads + t] = dev.weft.base.Scalars.wrap(dtype, start[t] + lane * by[t]);
            }
          }
          return out;
        };
      }
      case Expr.Broadcast(Expr value, int n) -> {
        Longs one = longs(value, depth + 1);
        int threads = machine.threads;
        yield () -> {
          long[] from = one.eval();
          for (int lane = 0; lane < n; lane++) {
            System.arraycopy(from, 0, out, lane * threads, threads);
          }
          return out;
        };
      }
      case Expr.Let(Var v, Expr value, Expr body) -> {
        Runnable bind = bind(v, value, depth);
        Longs inner = longs(body, depth);
        yield () -> {
          bind.run();
          return inner.eval();
        };
      }
      case Expr.Shuffle shuffle -> shuffleLongs(shuffle, depth);
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          calls.longs(e, dtype, CallCompiler.intrinsic(callee), args, depth);
      case Expr.IntImm imm -> throw new IllegalStateException("constants are handled before");
      case Expr.FloatImm imm -> throw new IllegalStateException(imm + " is no integer");
      case Expr.StringImm imm -> throw Machine.refuse("a string as a value");
    };
  }

  /** A floating-point value; see {@link #longs}. */
  Doubles doubles(Expr e, int depth) {
    int lanes = e.dtype().lanes();
    if (e instanceof Expr.FloatImm imm) {
      double[] constant = values.constant(imm.value(), 1);
      return () -> constant;
    }
    if (isUniform(e)) {
      double[] out = values.floats(depth, 1);
      DoubleSupplier value = uniformDouble(e);
      List<Operation> operations = operations(e);
      return () -> {
        count(operations);
        Arrays.fill(out, value.getAsDouble());
        return out;
      };
    }
    double[] out = values.floats(depth, lanes);
    return switch (e) {
      case Var v -> {
        double[] array = values.findFloats(v);
        if (array == null) {
          throw Machine.refuse("the variable '" + v.name() + "', which has no value");
        }
        yield () -> array;
      }
      case Expr.Cast(DType to, Expr value) -> castToFloat(e, to, value, depth);
      case Expr.Binary(BinaryOp op, Expr a, Expr b) -> {
        LaneMath.OnDoubles fast = LaneMath.onDoubles(op, a.dtype().scalar());
        if (fast == null) {
          yield elementWise.doubles(e, depth, InstructionKind.FLOAT);
        }
        Doubles x = doubles(a, depth);
        Doubles y = doubles(b, depth + 1);
        yield () -> {
          machine.count(InstructionKind.FLOAT, lanes);
          fast.apply(x.eval(), y.eval(), out);
          return out;
        };
      }
      case Expr.Select(Expr condition, Expr a, Expr b) -> {
        Longs c = longs(condition, depth);
        Doubles x = doubles(a, depth + 1);
        Doubles y = doubles(b, depth + 2);
        int threads = machine.threads;
        boolean perLane = condition.dtype().isVector();
        yield () -> {
          machine.count(InstructionKind.FLOAT, lanes);
          long[] choice = c.eval();
          double[] left = x.eval();
          double[] right = y.eval();
          for (int i = 0; i < out.length; i++) {
            out[i] = choice[perLane ? i : i % threads] != 0 ? left[i] : right[i];
          }
          return out;
        };
      }
      case Expr.Load load -> accesses.loadDoubles(load, depth);
      case Expr.Broadcast(Expr value, int n) -> {
        Doubles one = doubles(value, depth + 1);
        int threads = machine.threads;
        yield () -> {
          double[] from = one.eval();
          for (int lane = 0; lane < n; lane++) {
            System.arraycopy(from, 0, out, lane * threads, threads);
          }
          return out;
        };
      }
      case Expr.Let(Var v, Expr value, Expr body) -> {
        Runnable bind = bind(v, value, depth);
        Doubles inner = doubles(body, depth);
        yield () -> {
          bind.run();
          return inner.eval();
        };
      }
      case Expr.Shuffle shuffle -> shuffleDoubles(shuffle, depth);
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          calls.doubles(e, dtype, CallCompiler.intrinsic(callee), args, depth);
      case Expr.Not not -> throw new IllegalStateException(not + " is no float");
      case Expr.Ramp ramp -> throw new IllegalStateException(ramp + " is no float");
      case Expr.FloatImm imm -> throw new IllegalStateException("constants are handled before");
      case Expr.IntImm imm -> throw new IllegalStateException(imm + " is no float");
      case Expr.StringImm imm -> throw Machine.refuse("a string as a value");
    };
  }

  private Longs castToInt(Expr e, DType to, Expr value, int depth) {
    DType from = value.dtype().scalar();
    boolean widens =
        (from.code() == DType.Code.INT && to.code() == DType.Code.INT && to.bits() >= from.bits())
            || (from.isBool() && to.isInt());
    if (widens) {
      Longs v = longs(value, depth);
      return () -> {
        machine.count(InstructionKind.CONVERT, to.lanes());
        return v.eval();
      };
    }
    return elementWise.longs(e, depth, InstructionKind.CONVERT);
  }

  private Doubles castToFloat(Expr e, DType to, Expr value, int depth) {
    DType from = value.dtype().scalar();
    boolean widens =
        (to.bits() == 64 && from.isFloat())
            || (to.scalar().equals(DType.FLOAT32) && isNarrow(from));
    if (widens) {
      Doubles v = doubles(value, depth);
      return () -> {
        machine.count(InstructionKind.CONVERT, to.lanes());
        return v.eval();
      };
    }
    if (to.scalar().equals(DType.FLOAT32) && from.code() == DType.Code.INT) {
      Longs v = longs(value, depth);
      double[] out = values.floats(depth, to.lanes());
      return () -> {
        machine.count(InstructionKind.CONVERT, to.lanes());
        long[] ints = v.eval();
        for (int i = 0; i < out.length; i++) {
          out[i] = (float) ints[i];
        }
        return out;
      };
    }
    return elementWise.doubles(e, depth, InstructionKind.CONVERT);
  }

  private static boolean isNarrow(DType dtype) {
    return dtype.isFloat() && dtype.bits() <= 32;
  }

  private Longs binaryInt(Expr e, BinaryOp op, Expr a, Expr b, int depth) {
    int lanes = e.dtype().lanes();
    long[] out = values.ints(depth, lanes);
    if (a.dtype().isFloat()) {
      LaneMath.Comparison compare = LaneMath.comparison(op);
      if (compare == null) {
        throw Machine.refuse("'" + op.text + "' of floats as a truth value");
      }
      Doubles x = doubles(a, depth);
      Doubles y = doubles(b, depth + 1);
      return () -> {
        machine.count(InstructionKind.FLOAT, lanes);
        compare.apply(x.eval(), y.eval(), out);
        return out;
      };
    }
    if ((op == BinaryOp.AND || op == BinaryOp.OR) && lanes == 1 && !isTotal(b)) {
      return shortCircuit(op, a, b, depth);
    }
    LaneMath.OnLongs fast = LaneMath.onLongs(op, a.dtype().scalar());
    if (fast == null) {
      return elementWise.longs(e, depth, InstructionKind.INTEGER);
    }
    Longs x = longs(a, depth);
    Longs y = longs(b, depth + 1);
    return () -> {
      machine.count(InstructionKind.INTEGER, lanes);
      fast.apply(x.eval(), y.eval(), out);
      return out;
    };
  }

  /** Whether an expression can be evaluated whatever the values of variables are. */
  private static boolean isTotal(Expr e) {
    boolean[] total = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        boolean divides =
            node instanceof Expr.Binary b
                && !b.a().dtype().isFloat()
                && switch (b.op()) {
                  case DIV, MOD, FLOOR_DIV, FLOOR_MOD -> !(b.b() instanceof Expr.IntImm);
                  default -> false;
                };
        boolean calls = node instanceof Expr.Call call && !CallCompiler.isArithmetic(call.callee());
        total[0] &= !(node instanceof Expr.Load) && !divides && !calls;
        super.expr(node);
      }
    }.expr(e);
    return total[0];
  }

  /** The second operand is evaluated by those threads for which the first does not decide. */
  private Longs shortCircuit(BinaryOp op, Expr a, Expr b, int depth) {
    Longs first = longs(a, depth);
    Longs second = longs(b, depth + 1);
    long[] out = values.ints(depth, 1);
    return () -> {
      machine.count(InstructionKind.INTEGER);
      long[] decided = first.eval();
      if (decided != out) {
        System.arraycopy(decided, 0, out, 0, out.length);
      }
      Lanes before = machine.active;
      Lanes open = before.where(out, op == BinaryOp.AND);
      if (!open.isEmpty()) {
        machine.active = open;
        long[] rest = second.eval();
        for (int t : open.list()) {
          out[t] = rest[t];
        }
        machine.active = before;
      }
      return out;
    };
  }

  /** Gives a variable of each thread its value; the variable is known from here on. */
  Runnable bind(Var v, Expr value, int depth) {
    if (v.dtype().isHandle()) {
      throw Machine.refuse("the pointer '" + v.name() + "' as a variable");
    }
    if (v.dtype().isFloat()) {
      Doubles compiled = doubles(value, depth);
      double[] array = values.defineFloats(v);
      return () -> System.arraycopy(compiled.eval(), 0, array, 0, array.length);
    }
    Longs compiled = longs(value, depth);
    long[] array = values.defineInts(v);
    return () -> System.arraycopy(compiled.eval(), 0, array, 0, array.length);
  }

  /** Where a lane of a shuffle comes from. */
  private record Source(int vector, int lane) {}

  private static Source[] sources(Expr.Shuffle shuffle) {
    Source[] sources = new Source[shuffle.positions().size()];
    for (int i = 0; i < sources.length; i++) {
      if (!(shuffle.positions().get(i) instanceof Expr.IntImm imm)) {
        throw Machine.refuse("a shuffle of vector lanes by positions that are not constant");
      }
      long position = imm.value();
      int vector = 0;
      while (vector < shuffle.vectors().size()
          && position >= shuffle.vectors().get(vector).dtype().lanes()) {
        position -= shuffle.vectors().get(vector).dtype().lanes();
        vector++;
      }
      if (position < 0 || vector == shuffle.vectors().size()) {
        throw Machine.refuse("a shuffle of vector lanes beyond the last one");
      }
      sources[i] = new Source(vector, (int) position);
    }
    return sources;
  }

  private Longs shuffleLongs(Expr.Shuffle shuffle, int depth) {
    Source[] sources = sources(shuffle);
    Longs[] vectors = new Longs[shuffle.vectors().size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = longs(shuffle.vectors().get(i), depth + 1 + i);
    }
    long[] out = values.ints(depth, sources.length);
    int threads = machine.threads;
    return () -> {
      long[][] from = new long[vectors.length][];
      for (int i = 0; i < from.length; i++) {
        from[i] = vectors[i].eval();
      }
      for (int lane = 0; lane < sources.length; lane++) {
        Source s = sources[lane];
        System.arraycopy(from[s.vector], s.lane * threads, out, lane * threads, threads);
      }
      return out;
    };
  }

  private Doubles shuffleDoubles(Expr.Shuffle shuffle, int depth) {
    Source[] sources = sources(shuffle);
    Doubles[] vectors = new Doubles[shuffle.vectors().size()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = doubles(shuffle.vectors().get(i), depth + 1 + i);
    }
    double[] out = values.floats(depth, sources.length);
    int threads = machine.threads;
    return () -> {
      double[][] from = new double[vectors.length][];
      for (int i = 0; i < from.length; i++) {
        from[i] = vectors[i].eval();
      }
      for (int lane = 0; lane < sources.length; lane++) {
        Source s = sources[lane];
        System.arraycopy(from[s.vector], s.lane * threads, out, lane * threads, threads);
      }
      return out;
    };
  }
}
