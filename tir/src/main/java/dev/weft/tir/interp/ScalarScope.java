package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Scalar variables and expressions over them, compiled once and evaluated as often as one likes:
 * the interpreter's arithmetic for whoever runs programs in another way and must compute the same.
 *
 * <p>Expressions have no access to memory and call nothing but intrinsics. Not for several threads.
 */
public final class ScalarScope {
  private final Slots slots = new Slots();
  private final ExprCompiler exprs = new ExprCompiler(slots, NO_FUNCTIONS);
  private Frame frame = new Frame(8);

  private static final Functions NO_FUNCTIONS =
      new Functions() {
        @Override
        public Map<String, ExternFunction> externs() {
          return Map.of();
        }

        @Override
        public @Nullable Number call(String name, java.util.List<Object> args) {
          throw new InterpreterException(
              "the function '" + name + "' is called where only arithmetic is possible", "", "");
        }
      };

  /** A variable of a scope, to be given values. */
  public final class Cell {
    private final int slot;

    private Cell(int slot) {
      this.slot = slot;
    }

    /** Sets an integer or truth value, already wrapped to the variable's type. */
    public void set(long value) {
      frame.ints[slot] = value;
    }

    /** Sets a floating-point value, already rounded to the variable's type. */
    public void set(double value) {
      frame.floats[slot] = value;
    }

    /** The integer or truth value. */
    public long asLong() {
      return frame.ints[slot];
    }

    /** The floating-point value. */
    public double asDouble() {
      return frame.floats[slot];
    }
  }

  /** The cell of a scalar variable; the same one each time. */
  public Cell cell(Var var) {
    if (var.dtype().lanes() != 1 || var.dtype().isHandle()) {
      throw new IllegalArgumentException("'" + var.name() + "' is no scalar but " + var.dtype());
    }
    int slot = slots.define(var);
    if (slot >= frame.ints.length) {
      Frame larger = new Frame(2 * slot);
      System.arraycopy(frame.ints, 0, larger.ints, 0, frame.ints.length);
      System.arraycopy(frame.floats, 0, larger.floats, 0, frame.floats.length);
      frame = larger;
    }
    return new Cell(slot);
  }

  /**
   * Compiles an integer or truth value.
   *
   * @throws InterpreterException if it mentions a variable without a cell, or can't be compiled;
   *     the supplier throws one if the values have no result (division by zero)
   */
  public LongSupplier longs(Expr expr) {
    require(expr.dtype().isInt() || expr.dtype().isBool(), expr.dtype());
    Eval eval = compiled(expr);
    return () -> eval.asLong(frame, 0);
  }

  /** Compiles a floating-point value; see {@link #longs}. */
  public DoubleSupplier doubles(Expr expr) {
    require(expr.dtype().isFloat(), expr.dtype());
    Eval eval = compiled(expr);
    return () -> eval.asDouble(frame, 0);
  }

  /** Variables that the expression binds itself get slots while it is compiled. */
  private Eval compiled(Expr expr) {
    Eval eval = exprs.compile(expr);
    if (slots.size() > frame.ints.length) {
      cell(Var.int32("last"));
    }
    return eval;
  }

  private static void require(boolean fits, DType dtype) {
    if (!fits || dtype.lanes() != 1) {
      throw new IllegalArgumentException("an expression of type " + dtype + " can't be used here");
    }
  }
}
