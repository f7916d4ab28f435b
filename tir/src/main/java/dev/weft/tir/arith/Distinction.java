package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Range;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether different things come to different places, both given as functions of variables: the
 * places are injective as far as the things are concerned.
 */
public enum Distinction {
  /** Two points of the domain with the same places always have the same things. */
  HOLDS,
  /** Two points of the domain with the same places have different things. */
  FAILS,
  /** Neither is known. */
  UNKNOWN;

  private static final long MOST_POINTS = 1 << 18;

  /**
   * Looks whether places tell things apart. That they do is known where the places are a
   * quasi-affine map that has an inverse; a small domain is tried out.
   *
   * @param domain the variables and their values; all others are fixed
   * @param things functions of the variables
   * @param places functions of the variables
   */
  public static Distinction of(
      Map<Var, Range> domain,
      List<? extends Expr> things,
      List<? extends Expr> places,
      Analyzer analyzer) {
    return of(domain, Expr.bool(true), things, places, analyzer);
  }

  /**
   * The same for a part of a domain.
   *
   * @param condition which of the domain's points count; what it says about other variables may be
   *     anything
   */
  public static Distinction of(
      Map<Var, Range> domain,
      Expr condition,
      List<? extends Expr> things,
      List<? extends Expr> places,
      Analyzer analyzer) {
    List<Expr> varying = places.stream().map(e -> varying(e, domain, analyzer)).toList();
    Map<Var, Range> used = used(domain, varying);
    Map<Var, Range> met = used(domain, varying);
    met.putAll(used(domain, things));
    met.putAll(used(domain, List.of(about(condition, domain))));
    boolean allPlaced =
        used(domain, things).entrySet().stream()
            .allMatch(e -> used.containsKey(e.getKey()) || e.getValue().extent().isConst(1));
    return allPlaced && isInvertible(used, varying, analyzer)
        ? HOLDS
        : triedOut(met, about(condition, domain), things, varying);
  }

  private static Map<Var, Range> used(Map<Var, Range> domain, List<? extends Expr> exprs) {
    Map<Var, Range> used = new LinkedHashMap<>();
    domain.forEach(
        (var, range) -> {
          if (exprs.stream().anyMatch(e -> Occurs.any(e, x -> x == var))) {
            used.put(var, range);
          }
        });
    return used;
  }

  /** The expression without the terms that are fixed, which distinguish nothing. */
  private static Expr varying(Expr e, Map<Var, Range> domain, Analyzer analyzer) {
    Map<Var, Expr> start = new HashMap<>();
    domain.forEach((var, range) -> start.put(var, Expr.imm(var.dtype(), 0)));
    Expr fixed = analyzer.simplify(Substitute.in(e, start));
    return fixed.isConst(0) ? e : analyzer.simplify(Expr.sub(e, fixed));
  }

  /** The parts of a condition that are about the variables of a domain alone. */
  private static Expr about(Expr condition, Map<Var, Range> domain) {
    if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
      return Expr.and(about(a, domain), about(b, domain));
    }
    boolean other = Occurs.any(condition, x -> x instanceof Var v && !domain.containsKey(v));
    return other ? Expr.bool(true) : condition;
  }

  private static boolean isInvertible(
      Map<Var, Range> used, List<? extends Expr> places, Analyzer analyzer) {
    if (used.isEmpty()) {
      return true;
    }
    try {
      IndexMap map = new IndexMap(List.copyOf(used.keySet()), List.copyOf(places));
      Objects.requireNonNull(
          IndexMaps.nonSurjectiveInverse(map, List.copyOf(used.values()), analyzer));
      return true;
    } catch (IllegalArgumentException notAffine) {
      return false;
    }
  }

  private static Distinction triedOut(
      Map<Var, Range> domain,
      Expr condition,
      List<? extends Expr> things,
      List<? extends Expr> places) {
    long points = 1;
    for (Range range : domain.values()) {
      if (!(range.extent() instanceof Expr.IntImm extent)
          || !(range.min() instanceof Expr.IntImm)
          || extent.value() > MOST_POINTS) {
        return UNKNOWN;
      }
      points *= extent.value();
      if (points > MOST_POINTS) {
        return UNKNOWN;
      }
    }
    Map<List<Long>, List<Long>> seen = new HashMap<>();
    Map<Var, Long> at = new HashMap<>();
    try {
      for (long point = 0; point < points; point++) {
        long rest = point;
        for (Map.Entry<Var, Range> entry : domain.entrySet()) {
          long extent = ((Expr.IntImm) entry.getValue().extent()).value();
          at.put(entry.getKey(), ((Expr.IntImm) entry.getValue().min()).value() + rest % extent);
          rest /= extent;
        }
        if (value(condition, at) == 0) {
          continue;
        }
        List<Long> thing = values(things, at);
        if (!thing.equals(seen.merge(values(places, at), thing, (first, other) -> first))) {
          return FAILS;
        }
      }
    } catch (UnknownValueException unknown) {
      return UNKNOWN;
    }
    return HOLDS;
  }

  private static List<Long> values(List<? extends Expr> exprs, Map<Var, Long> at) {
    List<Long> values = new ArrayList<>();
    exprs.forEach(e -> values.add(value(e, at)));
    return values;
  }

  /** Something that is no integer arithmetic on the variables. */
  private static final class UnknownValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownValueException() {
      super("", null, false, false);
    }
  }

  private static long value(Expr e, Map<Var, Long> at) {
    return switch (e) {
      case Expr.IntImm(var _, long value) -> value;
      case Expr.Cast(var dtype, Expr value) when dtype.isInt() && isDiscrete(value) ->
          value(value, at);
      case Var v -> {
        Long value = at.get(v);
        if (value == null) {
          throw new UnknownValueException();
        }
        yield value;
      }
      case Expr.Binary(BinaryOp op, Expr a, Expr b) when isDiscrete(a) ->
          value(op, value(a, at), value(b, at));
      case Expr.Not(Expr value) -> 1 - value(value, at);
      case Expr.Select(Expr condition, Expr then, Expr otherwise) ->
          value(value(condition, at) != 0 ? then : otherwise, at);
      case Expr _ -> throw new UnknownValueException();
    };
  }

  private static boolean isDiscrete(Expr e) {
    return e.dtype().isInt() || e.dtype().isBool();
  }

  private static long value(BinaryOp op, long a, long b) {
    boolean division =
        switch (op) {
          case DIV, MOD, FLOOR_DIV, FLOOR_MOD -> true;
          case ADD, SUB, MUL, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> false;
        };
    if (division && b == 0) {
      throw new UnknownValueException();
    }
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MOD -> a % b;
      case FLOOR_DIV -> Math.floorDiv(a, b);
      case FLOOR_MOD -> Math.floorMod(a, b);
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
      case GT -> a > b ? 1 : 0;
      case GE -> a >= b ? 1 : 0;
      case AND -> a & b;
      case OR -> a | b;
    };
  }
}
