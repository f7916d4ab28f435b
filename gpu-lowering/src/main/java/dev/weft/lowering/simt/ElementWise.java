package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import dev.weft.tir.interp.InterpreterException;
import dev.weft.tir.interp.ScalarScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Operations without a fast form: the reference interpreter's arithmetic, one lane of one active
 * thread at a time.
 */
final class ElementWise {
  private final Machine machine;
  private final Values values;
  private final ExprCompiler exprs;
  private final ScalarScope scope = new ScalarScope();

  ElementWise(Machine machine, Values values, ExprCompiler exprs) {
    this.machine = machine;
    this.values = values;
    this.exprs = exprs;
  }

  /** Gives an operation's operands their values for one lane of one thread. */
  private interface Operand {
    /** Evaluates for all threads. */
    void evaluate();

    void set(int lane, int thread);
  }

  /** An operation on scalars that stand for one lane of each operand. */
  private record Lifted(Expr scalar, List<Operand> operands) {
    void evaluate() {
      operands.forEach(Operand::evaluate);
    }

    void set(int lane, int thread) {
      for (Operand operand : operands) {
        operand.set(lane, thread);
      }
    }
  }

  Longs longs(Expr e, int depth, InstructionKind kind) {
    Lifted lifted = lift(e, depth + 1);
    LongSupplier compiled = scope.longs(lifted.scalar);
    int lanes = e.dtype().lanes();
    long[] out = values.ints(depth, lanes);
    Site site = exprs.site();
    return () -> {
      machine.count(kind, lanes);
      lifted.evaluate();
      for (int lane = 0; lane < lanes; lane++) {
        for (int t : machine.active.list()) {
          lifted.set(lane, t);
          try {
            out[lane * machine.threads + t] = compiled.getAsLong();
          } catch (InterpreterException problem) {
            out[lane * machine.threads + t] = 0;
            exprs.undefined(site, problem);
          }
        }
      }
      return out;
    };
  }

  Doubles doubles(Expr e, int depth, InstructionKind kind) {
    Lifted lifted = lift(e, depth + 1);
    DoubleSupplier compiled = scope.doubles(lifted.scalar);
    int lanes = e.dtype().lanes();
    double[] out = values.floats(depth, lanes);
    return () -> {
      machine.count(kind, lanes);
      lifted.evaluate();
      for (int lane = 0; lane < lanes; lane++) {
        for (int t : machine.active.list()) {
          lifted.set(lane, t);
          out[lane * machine.threads + t] = compiled.getAsDouble();
        }
      }
      return out;
    };
  }

  private Lifted lift(Expr e, int depth) {
    List<Operand> operands = new ArrayList<>();
    Expr scalar =
        switch (e) {
          case Expr.Cast c ->
              new Expr.Cast(c.dtype().scalar(), operand(c.value(), depth, operands));
          case Expr.Binary b ->
              new Expr.Binary(
                  b.op(), operand(b.a(), depth, operands), operand(b.b(), depth, operands));
          case Expr.Call c ->
              new Expr.Call(
                  c.dtype().scalar(),
                  c.callee(),
                  c.args().stream().map(arg -> operand(arg, depth, operands)).toList());
          case Var v -> throw unexpected(v);
          case Expr.IntImm v -> throw unexpected(v);
          case Expr.FloatImm v -> throw unexpected(v);
          case Expr.StringImm v -> throw unexpected(v);
          case Expr.Not v -> throw unexpected(v);
          case Expr.Select v -> throw unexpected(v);
          case Expr.Load v -> throw unexpected(v);
          case Expr.Ramp v -> throw unexpected(v);
          case Expr.Broadcast v -> throw unexpected(v);
          case Expr.Let v -> throw unexpected(v);
          case Expr.Shuffle v -> throw unexpected(v);
        };
    return new Lifted(scalar, operands);
  }

  private static IllegalStateException unexpected(Expr e) {
    return new IllegalStateException(e + " has a form of its own");
  }

  /** A variable in the place of an operand; constants stay what they are. */
  private Expr operand(Expr e, int depth, List<Operand> operands) {
    if (e instanceof Expr.IntImm || e instanceof Expr.FloatImm || e instanceof Expr.StringImm) {
      return e;
    }
    DType dtype = e.dtype().scalar();
    Var v = Var.of("operand", dtype);
    ScalarScope.Cell cell = scope.cell(v);
    boolean perLane = e.dtype().isVector();
    int at = depth + operands.size();
    if (dtype.isFloat()) {
      Doubles value = exprs.doubles(e, at);
      operands.add(
          new Operand() {
            private double[] current = {};

            @Override
            public void evaluate() {
              current = value.eval();
            }

            @Override
            public void set(int lane, int thread) {
              cell.set(current[perLane ? lane * machine.threads + thread : thread]);
            }
          });
    } else {
      Longs value = exprs.longs(e, at);
      operands.add(
          new Operand() {
            private long[] current = {};

            @Override
            public void evaluate() {
              current = value.eval();
            }

            @Override
            public void set(int lane, int thread) {
              cell.set(current[perLane ? lane * machine.threads + thread : thread]);
            }
          });
    }
    return v;
  }
}
