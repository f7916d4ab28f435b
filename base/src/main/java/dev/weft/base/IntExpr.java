package dev.weft.base;

import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A small integer expression over named sizes: what a symbolic dimension, a workspace size or a
 * launch extent is at run time, when no compiler is on the class path. Evaluated with 64-bit
 * overflow checks; division rounds towards minus infinity.
 *
 * <p>The text form ({@code toString}, {@link #parse}) is that of Python: {@code (n + 3) // 4 * 4},
 * {@code min(a, b)}.
 */
public sealed interface IntExpr {
  /** A number. */
  record Const(long value) implements IntExpr {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A size that is known when the model is called, by name. */
  record Symbol(String name) implements IntExpr {
    /** Checks that the name is an identifier. */
    public Symbol {
      if (!name.matches("[A-Za-z_][A-Za-z0-9_.]*")) {
        throw new IllegalArgumentException("Symbol name must be an identifier, got '" + name + "'");
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** An operation on two sizes. */
  record Binary(Op op, IntExpr a, IntExpr b) implements IntExpr {
    @Override
    public String toString() {
      return switch (op) {
        case MIN, MAX -> op.text + "(" + a + ", " + b + ")";
        case ADD, SUB, MUL, FLOOR_DIV, FLOOR_MOD -> "(" + a + " " + op.text + " " + b + ")";
      };
    }
  }

  /** The operations. */
  enum Op {
    ADD("+"),
    SUB("-"),
    MUL("*"),
    FLOOR_DIV("//"),
    FLOOR_MOD("%"),
    MIN("min"),
    MAX("max");

    /** How the operation is written. */
    public final String text;

    Op(String text) {
      this.text = text;
    }

    long apply(long a, long b) {
      return switch (this) {
        case ADD -> Math.addExact(a, b);
        case SUB -> Math.subtractExact(a, b);
        case MUL -> Math.multiplyExact(a, b);
        case FLOOR_DIV -> Math.floorDiv(a, b);
        case FLOOR_MOD -> Math.floorMod(a, b);
        case MIN -> Math.min(a, b);
        case MAX -> Math.max(a, b);
      };
    }
  }

  /** A number as an expression. */
  static IntExpr of(long value) {
    return new Const(value);
  }

  /** A named size as an expression. */
  static IntExpr symbol(String name) {
    return new Symbol(name);
  }

  /** {@code op(a, b)}, folded where both are numbers or one is neutral. */
  static IntExpr of(Op op, IntExpr a, IntExpr b) {
    if (a instanceof Const(long x) && b instanceof Const(long y)) {
      boolean divides = op == Op.FLOOR_DIV || op == Op.FLOOR_MOD;
      if (!divides || y != 0) {
        return new Const(op.apply(x, y));
      }
    }
    boolean neutralRight =
        b instanceof Const(long y)
            && switch (op) {
              case ADD, SUB -> y == 0;
              case MUL, FLOOR_DIV -> y == 1;
              case FLOOR_MOD, MIN, MAX -> false;
            };
    if (neutralRight) {
      return a;
    }
    boolean neutralLeft =
        a instanceof Const(long x)
            && switch (op) {
              case ADD -> x == 0;
              case MUL -> x == 1;
              case SUB, FLOOR_DIV, FLOOR_MOD, MIN, MAX -> false;
            };
    return neutralLeft ? b : new Binary(op, a, b);
  }

  /** {@code this + other}. */
  default IntExpr plus(IntExpr other) {
    return of(Op.ADD, this, other);
  }

  /** {@code this * other}. */
  default IntExpr times(IntExpr other) {
    return of(Op.MUL, this, other);
  }

  /** {@code this / divisor}, rounded up; the divisor must be positive. */
  default IntExpr ceilDiv(long divisor) {
    return of(Op.FLOOR_DIV, plus(new Const(divisor - 1)), new Const(divisor));
  }

  /**
   * The value under {@code sizes}.
   *
   * @throws InputException if a symbol has no value, or a division by zero or an overflow happens
   */
  default long evaluate(Map<String, Long> sizes) {
    return switch (this) {
      case Const(long value) -> value;
      case Symbol(String name) -> {
        Long value = sizes.get(name);
        if (value == null) {
          throw new InputException(
              "the size '" + name + "' is not known; known are " + sizes.keySet(),
              "",
              "give an input whose shape holds it");
        }
        yield value;
      }
      case Binary(Op op, IntExpr a, IntExpr b) -> {
        try {
          yield op.apply(a.evaluate(sizes), b.evaluate(sizes));
        } catch (ArithmeticException e) {
          throw new InputException(
              "the size " + this + " can't be computed for " + sizes + ": " + e.getMessage(),
              "",
              "check the sizes of the inputs");
        }
      }
    };
  }

  /** The expression with symbols replaced; those without a replacement stay. */
  default IntExpr substitute(Map<String, IntExpr> sizes) {
    return switch (this) {
      case Const c -> c;
      case Symbol s -> sizes.getOrDefault(s.name(), s);
      case Binary(Op op, IntExpr a, IntExpr b) -> of(op, a.substitute(sizes), b.substitute(sizes));
    };
  }

  /** Calls {@code visit} with every symbol's name. */
  default void forEachSymbol(BiConsumer<String, Symbol> visit) {
    switch (this) {
      case Const c -> {}
      case Symbol s -> visit.accept(s.name(), s);
      case Binary(Op op, IntExpr a, IntExpr b) -> {
        a.forEachSymbol(visit);
        b.forEachSymbol(visit);
      }
    }
  }

  /** The names of all symbols, in order of appearance. */
  default Set<String> symbols() {
    Set<String> names = new java.util.LinkedHashSet<>();
    forEachSymbol((name, symbol) -> names.add(name));
    return names;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException with the position, if the text is not an expression
   */
  static IntExpr parse(String text) {
    return new IntExprParser(text).parse();
  }
}
