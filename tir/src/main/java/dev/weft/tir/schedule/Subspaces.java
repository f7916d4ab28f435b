package dev.weft.tir.schedule;

import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the indices of an affine map apart into what outer and what inner loops contribute: {@code
 * index = outer * innerExtent + inner}.
 *
 * <p>A sum of digits is divided where its digits of outer loops end and those of inner loops begin;
 * a mark of which several digits are used is divided where one of the digits begins.
 */
public final class Subspaces {
  /**
   * An index as {@code outer * innerExtent + inner}.
   *
   * @param outer a value of outer loops only
   * @param outerExtent how many values it has
   * @param inner a value of inner loops only
   * @param innerExtent how many values it has
   */
  public record Division(Expr outer, Expr outerExtent, Expr inner, Expr innerExtent) {
    boolean isInner() {
      return outerExtent.isConst(1);
    }

    boolean isOuter() {
      return innerExtent.isConst(1);
    }
  }

  private final Set<Var> innerLoops;
  private final Analyzer analyzer;
  private final Map<AffineMap.Mark, List<AffineMap.Digit>> used = new LinkedHashMap<>();
  private final Map<AffineMap.Digit, Division> divided = new HashMap<>();

  private Subspaces(Set<Var> innerLoops, Analyzer analyzer) {
    this.innerLoops = innerLoops;
    this.analyzer = analyzer;
  }

  /**
   * Divides each index of a map.
   *
   * @param map the indices
   * @param innerLoops the inner loops; all others are outer ones
   * @return one division an index; null where an index can't be taken apart
   */
  public static @Nullable List<Division> divide(
      AffineMap map, Set<Var> innerLoops, Analyzer analyzer) {
    Subspaces subspaces = new Subspaces(innerLoops, analyzer);
    map.indices().forEach(subspaces::collect);
    List<Division> result = new ArrayList<>();
    for (AffineMap.Sum sum : map.indices()) {
      Division division = subspaces.index(sum);
      if (division == null) {
        return null;
      }
      result.add(division);
    }
    return result;
  }

  private void collect(AffineMap.Sum sum) {
    for (AffineMap.Digit digit : sum.digits()) {
      List<AffineMap.Digit> digits = used.computeIfAbsent(digit.mark(), mark -> new ArrayList<>());
      AffineMap.Digit unscaled = unscaled(digit);
      if (!digits.contains(unscaled)) {
        digits.add(unscaled);
      }
      AffineMap.Sum source = digit.mark().sum();
      if (source != null) {
        collect(source);
      }
    }
  }

  private static AffineMap.Digit unscaled(AffineMap.Digit digit) {
    return digit.withScale(Expr.imm(digit.scale().dtype(), 1));
  }

  private @Nullable Division index(AffineMap.Sum sum) {
    if (sum.digits().isEmpty()) {
      return outer(sum.base(), Expr.imm(sum.base().dtype(), 1));
    }
    AffineMap.Digit digit = sum.digits().getFirst();
    // An offset would have to go into one of the parts, which count from 0.
    return digit.scale().isConst(1) && sum.base().isConst(0) ? digit(digit) : null;
  }

  private static Division outer(Expr value, Expr extent) {
    return new Division(value, extent, Expr.imm(value.dtype(), 0), Expr.imm(value.dtype(), 1));
  }

  private static Division inner(Expr value, Expr extent) {
    return new Division(Expr.imm(value.dtype(), 0), Expr.imm(value.dtype(), 1), value, extent);
  }

  private @Nullable Division digit(AffineMap.Digit scaled) {
    AffineMap.Digit digit = unscaled(scaled);
    Set<Var> vars = Vars.in(digit.toExpr());
    if (innerLoops.containsAll(vars)) {
      return inner(digit.toExpr(), digit.extent());
    }
    if (vars.stream().noneMatch(innerLoops::contains)) {
      return outer(digit.toExpr(), digit.extent());
    }
    AffineMap.Sum source = digit.mark().sum();
    if (source == null) {
      return null;
    }
    Division whole = sum(source, digit.mark().extent());
    List<AffineMap.Digit> digits = used.getOrDefault(digit.mark(), List.of());
    boolean single =
        digits.size() == 1 && analyzer.proveEqual(digit.extent(), digit.mark().extent());
    if (whole == null || single) {
      return whole;
    }
    if (!divided.containsKey(digit) && !divide(whole, digits)) {
      return null;
    }
    return divided.get(digit);
  }

  /** Digits of different loops, one after the other without gaps. */
  private @Nullable Division sum(AffineMap.Sum sum, Expr markExtent) {
    Expr zero = Expr.imm(sum.base().dtype(), 0);
    Expr one = Expr.imm(sum.base().dtype(), 1);
    Expr outer = zero;
    Expr inner = zero;
    Expr outerExtent = one;
    Expr innerExtent = one;
    boolean inside = true;
    for (AffineMap.Digit part : sum.digits().reversed()) {
      Division division = digit(part);
      if (division == null) {
        return null;
      }
      if (division.isInner() && inside) {
        inner = Expr.add(Expr.mul(division.inner(), innerExtent), inner);
        innerExtent = Expr.mul(innerExtent, division.innerExtent());
      } else if (division.isOuter()) {
        inside = false;
        outer = Expr.add(Expr.mul(division.outer(), outerExtent), outer);
        outerExtent = Expr.mul(outerExtent, division.outerExtent());
      } else {
        return null;
      }
    }
    // A predicate that leaves out values of both parts together can't be divided.
    boolean complete = analyzer.proveEqual(Expr.mul(outerExtent, innerExtent), markExtent);
    return complete && sum.base().isConst(0)
        ? new Division(outer, outerExtent, inner, innerExtent)
        : null;
  }

  /** Divides a mark of which several digits are used, where one of them begins. */
  private boolean divide(Division whole, List<AffineMap.Digit> digits) {
    List<AffineMap.Digit> rest = new ArrayList<>(digits);
    Expr expected = Expr.imm(whole.outer().dtype(), 1);
    boolean inside = true;
    while (!rest.isEmpty()) {
      Expr lower = expected;
      AffineMap.Digit next =
          rest.stream().filter(d -> analyzer.proveEqual(d.lower(), lower)).findFirst().orElse(null);
      if (next == null) {
        return false;
      }
      rest.remove(next);
      inside &= !analyzer.proveEqual(expected, whole.innerExtent());
      if (inside) {
        divided.put(next, inner(part(whole.inner(), expected, next.extent()), next.extent()));
      } else {
        Expr from = analyzer.simplify(Expr.floorDiv(expected, whole.innerExtent()));
        divided.put(next, outer(part(whole.outer(), from, next.extent()), next.extent()));
      }
      expected = analyzer.simplify(Expr.mul(expected, next.extent()));
    }
    boolean met = !inside || analyzer.proveEqual(expected, whole.innerExtent());
    if (!met) {
      divided.clear();
    }
    return met;
  }

  private static Expr part(Expr value, Expr lower, Expr extent) {
    return Expr.floorMod(Expr.floorDiv(value, lower), extent);
  }
}
