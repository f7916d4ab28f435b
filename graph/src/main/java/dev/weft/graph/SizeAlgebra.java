package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.IntExpr.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on sizes that gives one form for equal polynomials, so that type rules can compare
 * symbolic dimensions: {@code 4 * n * 196 // 784} is {@code n}. Every symbol stands for a size, so
 * it is at least 0.
 *
 * <p>A size is held as a polynomial: a sum of monomials over atoms; an atom is a symbol or a
 * division, remainder, minimum or maximum that does not simplify.
 */
public final class SizeAlgebra {
  /** Monomials (their atoms sorted by text) with coefficients other than 0. */
  private record Polynomial(TreeMap<List<IntExpr>, Long> terms) {
    static Polynomial empty() {
      return new Polynomial(new TreeMap<>(MONOMIALS));
    }

    static Polynomial of(List<IntExpr> monomial, long coefficient) {
      Polynomial result = empty();
      result.add(monomial, coefficient);
      return result;
    }

    void add(List<IntExpr> monomial, long coefficient) {
      long sum = Math.addExact(terms.getOrDefault(monomial, 0L), coefficient);
      if (sum == 0) {
        terms.remove(monomial);
      } else {
        terms.put(monomial, sum);
      }
    }
  }

  /** Longer monomials first, constants last; then by text, so that the order is deterministic. */
  private static final Comparator<List<IntExpr>> MONOMIALS =
      Comparator.<List<IntExpr>>comparingInt(m -> -m.size()).thenComparing(List::toString);

  private SizeAlgebra() {}

  /** The same size in its one form. */
  public static IntExpr simplify(IntExpr size) {
    return size instanceof IntExpr.Const || size instanceof IntExpr.Symbol
        ? size
        : expression(polynomial(size));
  }

  /** {@code a + b}. */
  public static IntExpr plus(IntExpr a, IntExpr b) {
    return simplify(IntExpr.of(Op.ADD, a, b));
  }

  /** {@code a + b}. */
  public static IntExpr plus(IntExpr a, long b) {
    return plus(a, IntExpr.of(b));
  }

  /** {@code a - b}. */
  public static IntExpr minus(IntExpr a, IntExpr b) {
    return simplify(IntExpr.of(Op.SUB, a, b));
  }

  /** {@code a * b}. */
  public static IntExpr times(IntExpr a, IntExpr b) {
    return simplify(IntExpr.of(Op.MUL, a, b));
  }

  /** {@code floor(a / b)}. */
  public static IntExpr floorDiv(IntExpr a, IntExpr b) {
    return simplify(IntExpr.of(Op.FLOOR_DIV, a, b));
  }

  /** {@code floor(a / b)}. */
  public static IntExpr floorDiv(IntExpr a, long b) {
    return floorDiv(a, IntExpr.of(b));
  }

  /** {@code ceil(a / b)}. */
  public static IntExpr ceilDiv(IntExpr a, long b) {
    return floorDiv(plus(a, b - 1), b);
  }

  /** Whether both are the same size whatever the symbols' values; false if that isn't known. */
  public static boolean equal(IntExpr a, IntExpr b) {
    return a.equals(b) || simplify(a).equals(simplify(b));
  }

  /** The number, if the size does not depend on a symbol. */
  public static @Nullable Long constant(IntExpr size) {
    return simplify(size) instanceof IntExpr.Const(long value) ? value : null;
  }

  private static Polynomial polynomial(IntExpr size) {
    return switch (size) {
      case IntExpr.Const(long value) -> Polynomial.of(List.of(), value);
      case IntExpr.Symbol symbol -> Polynomial.of(List.of(symbol), 1);
      case IntExpr.Binary(Op op, IntExpr a, IntExpr b) -> {
        Polynomial x = polynomial(a);
        Polynomial y = polynomial(b);
        yield switch (op) {
          case ADD -> sum(x, y, 1);
          case SUB -> sum(x, y, -1);
          case MUL -> product(x, y);
          case FLOOR_DIV -> quotient(x, y);
          case FLOOR_MOD -> remainder(x, y);
          case MIN -> extremum(Op.MIN, x, y);
          case MAX -> extremum(Op.MAX, x, y);
        };
      }
    };
  }

  private static Polynomial sum(Polynomial x, Polynomial y, long sign) {
    Polynomial result = Polynomial.empty();
    x.terms.forEach(result::add);
    y.terms.forEach((m, c) -> result.add(m, Math.multiplyExact(sign, c)));
    return result;
  }

  private static Polynomial product(Polynomial x, Polynomial y) {
    Polynomial result = Polynomial.empty();
    x.terms.forEach(
        (m, c) ->
            y.terms.forEach(
                (n, d) -> {
                  List<IntExpr> atoms = new ArrayList<>(m);
                  atoms.addAll(n);
                  atoms.sort(Comparator.comparing(IntExpr::toString));
                  result.add(List.copyOf(atoms), Math.multiplyExact(c, d));
                }));
    return result;
  }

  /**
   * Terms that the divisor divides leave the division: {@code (4n + 3) // 4} is {@code n + 3 // 4}.
   */
  private static Polynomial quotient(Polynomial x, Polynomial y) {
    if (y.terms.size() != 1) {
      return x.terms.equals(y.terms) ? Polynomial.of(List.of(), 1) : division(x, y);
    }
    Map.Entry<List<IntExpr>, Long> divisor = y.terms.firstEntry();
    Polynomial exact = Polynomial.empty();
    Polynomial rest = Polynomial.empty();
    x.terms.forEach(
        (m, c) -> {
          List<IntExpr> atoms = without(m, divisor.getKey());
          if (atoms != null && c % divisor.getValue() == 0) {
            exact.add(atoms, c / divisor.getValue());
          } else {
            rest.add(m, c);
          }
        });
    return rest.terms.isEmpty() ? exact : sum(exact, division(rest, y), 1);
  }

  private static Polynomial division(Polynomial x, Polynomial y) {
    return atom(Op.FLOOR_DIV, x, y);
  }

  private static Polynomial remainder(Polynomial x, Polynomial y) {
    boolean divides = sum(x, product(quotient(x, y), y), -1).terms.isEmpty();
    return divides ? Polynomial.empty() : atom(Op.FLOOR_MOD, x, y);
  }

  private static Polynomial extremum(Op op, Polynomial x, Polynomial y) {
    if (isNonNegative(sum(x, y, -1))) {
      return op == Op.MIN ? y : x;
    }
    return isNonNegative(sum(y, x, -1)) ? (op == Op.MIN ? x : y) : atom(op, x, y);
  }

  /** Whether a polynomial is known not to be negative, since symbols are not. */
  private static boolean isNonNegative(Polynomial polynomial) {
    return polynomial.terms.entrySet().stream()
        .allMatch(
            term ->
                term.getValue() > 0
                    && term.getKey().stream().allMatch(IntExpr.Symbol.class::isInstance));
  }

  private static Polynomial atom(Op op, Polynomial x, Polynomial y) {
    IntExpr value = IntExpr.of(op, expression(x), expression(y));
    return value instanceof IntExpr.Const(long number)
        ? Polynomial.of(List.of(), number)
        : Polynomial.of(List.of(value), 1);
  }

  private static @Nullable List<IntExpr> without(List<IntExpr> atoms, List<IntExpr> divisor) {
    List<IntExpr> rest = new ArrayList<>(atoms);
    for (IntExpr atom : divisor) {
      if (!rest.remove(atom)) {
        return null;
      }
    }
    return List.copyOf(rest);
  }

  private static IntExpr expression(Polynomial polynomial) {
    IntExpr sum = IntExpr.of(0);
    for (Map.Entry<List<IntExpr>, Long> term : polynomial.terms.entrySet()) {
      long coefficient = term.getValue();
      boolean negative = coefficient < 0 && !sum.equals(IntExpr.of(0));
      IntExpr product = null;
      for (IntExpr atom : term.getKey()) {
        product = product == null ? atom : IntExpr.of(Op.MUL, product, atom);
      }
      IntExpr factor = IntExpr.of(negative ? -coefficient : coefficient);
      IntExpr value = product == null ? factor : IntExpr.of(Op.MUL, product, factor);
      sum = IntExpr.of(negative ? Op.SUB : Op.ADD, sum, value);
    }
    return sum;
  }
}
