package dev.weft.tir.schedule;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map from the values of loops to indices, in which each index is made of digits of the loops'
 * values: {@code i_0 * 4 + i_1}, {@code f // 16}, {@code f % 16}. It reaches every index in its
 * box, and the digits that make up one index make up no other one.
 *
 * <p>Source of the idea: iterator maps as in Feng et al., "TensorIR: An Abstraction for Automatic
 * Tensorized Program Optimization", ASPLOS 2023, section 3.
 *
 * @param indices one a given expression: a base, and at most one digit with a scale
 */
public record AffineMap(List<Sum> indices) {
  /** How much of the loops' values the indices must hold. */
  public enum Level {
    /** Every index in the box is reached. */
    SURJECTIVE,
    /** Each index is reached, by one combination of the loops' values. */
    BIJECTIVE
  }

  /**
   * Something that counts from 0: a loop, or several together.
   *
   * @param var the loop; null for several
   * @param start the loop's first value
   * @param sum the digits of loops that are counted together; null for a loop
   * @param extent how many values there are
   */
  public record Mark(@Nullable Var var, @Nullable Expr start, @Nullable Sum sum, Expr extent) {}

  /**
   * A digit of a mark: {@code mark // lower % extent * scale}.
   *
   * @param mark what counts
   * @param lower what it is divided by
   * @param extent how many values the digit has
   * @param scale what it is multiplied by
   */
  public record Digit(Mark mark, Expr lower, Expr extent, Expr scale) {
    boolean isSame(Digit other) {
      return mark.equals(other.mark) && lower.equals(other.lower) && extent.equals(other.extent);
    }

    Digit withScale(Expr newScale) {
      return new Digit(mark, lower, extent, newScale);
    }

    Expr toExpr() {
      Expr value = value(mark);
      if (!lower.isConst(1)) {
        value = Expr.floorDiv(value, lower);
      }
      Expr covered = Expr.mul(lower, extent);
      if (!covered.equals(mark.extent)) {
        value = Expr.floorMod(value, extent);
      }
      return Expr.mul(value, scale);
    }
  }

  /**
   * Digits and a number.
   *
   * @param digits the digits, largest scale first
   * @param base what is added
   */
  public record Sum(List<Digit> digits, Expr base) {
    /** Copies the list. */
    public Sum {
      digits = List.copyOf(digits);
    }

    /** The value as an expression of the loops. */
    public Expr toExpr() {
      Expr result = null;
      for (Digit digit : digits) {
        result = result == null ? digit.toExpr() : Expr.add(result, digit.toExpr());
      }
      return result == null ? base : Expr.add(result, base);
    }
  }

  /** Copies the list. */
  public AffineMap {
    indices = List.copyOf(indices);
  }

  static Expr value(Mark mark) {
    if (mark.var != null) {
      return mark.start == null ? mark.var : Expr.sub(mark.var, mark.start);
    }
    if (mark.sum == null) {
      throw new IllegalStateException("a mark is a loop or a sum");
    }
    return mark.sum.toExpr();
  }

  /**
   * Finds the map; null if the expressions are none.
   *
   * @param exprs the indices
   * @param ranges the loops; all other variables are fixed
   * @param predicate which of the loops' values count
   */
  public static @Nullable AffineMap detect(
      List<Expr> exprs, Map<Var, Range> ranges, Expr predicate, Level level, Analyzer analyzer) {
    AffineDetector detector = new AffineDetector(ranges, false, analyzer);
    return detector.detect(exprs, predicate, level);
  }

  /**
   * The same for surjective maps, where the predicate may leave a number of values that depends on
   * fixed variables, and perhaps none.
   */
  static @Nullable AffineMap detectClipped(
      List<Expr> exprs, Map<Var, Range> ranges, Expr predicate, Analyzer analyzer) {
    AffineDetector detector = new AffineDetector(ranges, true, analyzer);
    return detector.detect(exprs, predicate, Level.SURJECTIVE);
  }

  /**
   * The loops' values that lead to given indices; for a bijective map.
   *
   * @param outputs one value an index
   */
  public Map<Var, Expr> inverse(List<Expr> outputs) {
    Map<Mark, Expr> values = new LinkedHashMap<>();
    Map<Var, Expr> result = new HashMap<>();
    for (int i = 0; i < indices.size(); i++) {
      Sum sum = indices.get(i);
      Expr rest = Expr.sub(outputs.get(i), Expr.cast(outputs.get(i).dtype(), sum.base));
      decode(sum, rest, values);
    }
    for (Mark mark : outermostFirst()) {
      Expr value = values.get(mark);
      if (value != null && mark.sum != null) {
        decode(mark.sum, Expr.sub(value, mark.sum.base), values);
      } else if (value != null && mark.var != null) {
        result.put(mark.var, mark.start == null ? value : Expr.add(value, mark.start));
      }
    }
    return result;
  }

  private static void decode(Sum sum, Expr value, Map<Mark, Expr> values) {
    for (int i = 0; i < sum.digits.size(); i++) {
      Digit digit = sum.digits.get(i);
      Expr part = digit.scale.isConst(-1) ? Expr.mul(value, -1) : Expr.floorDiv(value, digit.scale);
      if (i > 0) {
        part = Expr.floorMod(part, digit.extent);
      }
      values.merge(digit.mark, Expr.mul(part, digit.lower), Expr::add);
    }
  }

  /** All marks, those of sums before the ones that they are made of. */
  List<Mark> outermostFirst() {
    Set<Mark> seen = new LinkedHashSet<>();
    List<Mark> order = new ArrayList<>();
    indices.forEach(sum -> sum.digits.forEach(digit -> visit(digit.mark, seen, order)));
    return order.reversed();
  }

  private static void visit(Mark mark, Set<Mark> seen, List<Mark> order) {
    if (seen.add(mark)) {
      if (mark.sum != null) {
        mark.sum.digits.forEach(digit -> visit(digit.mark, seen, order));
      }
      order.add(mark);
    }
  }
}
