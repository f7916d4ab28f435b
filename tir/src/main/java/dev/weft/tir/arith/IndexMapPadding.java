package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Range;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Index maps that divide an index by numbers which don't divide its extent: {@code (i // 4, i % 4)}
 * on 14 values, or {@code ((i + 2) // 8, (i + 2) % 8)}. The index is padded below and above to a
 * multiple of the divisors; on padded indices the map has an inverse.
 */
final class IndexMapPadding {
  /**
   * What is divided: an input, or several that count together ({@code i * 30 + j}).
   *
   * @param value the sum of inputs, without offset
   * @param extent the number of its values, from 0
   * @param factor what its padded extent is a multiple of
   * @param left the values added below
   */
  private record Dividend(Expr value, Expr extent, long factor, long left) {}

  /** A digit {@code (dividend + offset) // lower % …} that is divided once more. */
  private record Digit(Expr value, long lower, long offset) {}

  private final IndexMap map;
  private final Map<Var, Range> inputs;
  private final Analyzer analyzer;
  private final Map<Expr, Dividend> dividends = new LinkedHashMap<>();

  IndexMapPadding(IndexMap map, Map<Var, Range> inputs, Analyzer analyzer) {
    this.map = map;
    this.inputs = inputs;
    this.analyzer = analyzer;
  }

  /** The inverse on padded indices; throws IllegalArgumentException where there is none. */
  IndexMaps.PaddedInverse inverse() {
    map.outputs().forEach(this::collect);
    Map<Expr, Var> padded = new LinkedHashMap<>();
    Map<Var, Range> iters = new LinkedHashMap<>(inputs);
    for (Dividend d : dividends.values()) {
      if (needsPadding(d)) {
        Var var = Var.of("p" + padded.size(), d.value.dtype());
        padded.put(d.value, var);
        iters.put(var, Range.upTo(analyzer.simplify(Expr.add(d.extent, total(d)))));
        inputsOf(d.value).forEach(iters::remove);
      }
    }
    List<Expr> outputs = map.outputs().stream().map(e -> substituted(e, padded)).toList();
    for (Expr output : outputs) {
      if (Occurs.any(output, x -> x instanceof Var v && isGone(v, iters))) {
        throw new IllegalArgumentException(
            "IndexMap uses an index both in a sum that needs padding and apart from it");
      }
    }
    IndexMap onPadded = new IndexMap(List.copyOf(iters.keySet()), outputs);
    IndexMap inverse = IndexMaps.bijectiveInverse(onPadded, iters, analyzer);
    List<Range> ranges = IndexMaps.mapRanges(onPadded, List.copyOf(iters.values()), analyzer);
    if (!ranges.stream().allMatch(range -> range.min().isConst(0))) {
      throw new IllegalArgumentException("IndexMap has indices that don't start at 0");
    }
    List<Expr> shape = ranges.stream().map(Range::extent).toList();
    Expr places = product(shape);
    IterMapResult sums =
        IterMaps.detect(outputs, iters, Expr.bool(true), IterMapLevel.BIJECTIVE, analyzer);
    if (!sums.indices().stream().allMatch(sum -> sum.base().isConst(0))) {
      throw new IllegalArgumentException("IndexMap has indices that run backwards");
    }
    if (!analyzer.proveEqual(
        places, product(iters.values().stream().map(Range::extent).toList()))) {
      throw new IllegalArgumentException("IndexMap leaves gaps");
    }
    return result(padded, onPadded, inverse, shape);
  }

  private static Expr product(List<Expr> extents) {
    return extents.stream().reduce(Expr::mul).orElse(Expr.int32(1));
  }

  private boolean isGone(Var v, Map<Var, Range> iters) {
    return inputs.containsKey(v) && !iters.containsKey(v);
  }

  private IndexMaps.PaddedInverse result(
      Map<Expr, Var> padded, IndexMap onPadded, IndexMap inverse, List<Expr> shape) {
    try (Analyzer.Scope _ = analyzer.scope()) {
      for (int i = 0; i < shape.size(); i++) {
        analyzer.bind(inverse.inputs().get(i), Range.upTo(shape.get(i)));
      }
      Map<Var, Expr> values = new LinkedHashMap<>();
      for (int i = 0; i < onPadded.inputs().size(); i++) {
        values.put(onPadded.inputs().get(i), inverse.outputs().get(i));
      }
      Expr padding = Expr.bool(false);
      for (Dividend d : dividends.values()) {
        Var var = padded.get(d.value);
        if (var != null) {
          Expr value = java.util.Objects.requireNonNull(values.get(var));
          padding = Expr.or(padding, isPadding(d, value));
          values.putAll(unpadded(d, value));
        }
      }
      List<Expr> indices = new ArrayList<>();
      for (Var input : map.inputs()) {
        indices.add(analyzer.simplify(java.util.Objects.requireNonNull(values.get(input))));
      }
      return new IndexMaps.PaddedInverse(
          new IndexMap(inverse.inputs(), indices), analyzer.simplify(padding), shape);
    }
  }

  /** Where a padded value stands for no index. */
  private Expr isPadding(Dividend d, Expr value) {
    DType dtype = value.dtype();
    Expr block = Expr.floorDiv(value, d.factor);
    Expr place = analyzer.simplify(Expr.floorMod(value, d.factor));
    Expr below = Expr.bool(false);
    if (d.left != 0) {
      below = Expr.and(Expr.eq(block, Expr.imm(dtype, 0)), Expr.lt(place, Expr.imm(dtype, d.left)));
    }
    Expr end = Expr.add(d.extent, d.left);
    Expr right = analyzer.simplify(above(d));
    if (right.isConst(0)) {
      return below;
    }
    if (!(d.value instanceof Var) && d.left == 0 && end instanceof Expr.IntImm) {
      return Expr.ge(value, end);
    }
    Expr behind =
        Expr.and(
            Expr.eq(block, Expr.floorDiv(end, d.factor)),
            atLeast(place, analyzer.simplify(Expr.floorMod(end, d.factor))));
    // A symbolic extent may need no padding.
    Expr any =
        right instanceof Expr.IntImm
            ? Expr.bool(true)
            : Expr.lt(Expr.floorMod(end, -d.factor), Expr.imm(dtype, 0));
    return Expr.or(below, Expr.and(any, behind));
  }

  private Expr atLeast(Expr place, Expr first) {
    boolean onlyLast = first instanceof Expr.IntImm f && analyzer.bounds(place).max() == f.value();
    return onlyLast ? Expr.eq(place, first) : Expr.ge(place, first);
  }

  /** The inputs that a dividend counts, from its padded value. */
  private Map<Var, Expr> unpadded(Dividend d, Expr value) {
    Expr count = Expr.sub(value, d.left);
    if (d.value instanceof Var input) {
      return Map.of(input, count);
    }
    Map<Var, Range> own = new LinkedHashMap<>();
    for (Var input : inputsOf(d.value)) {
      own.put(input, java.util.Objects.requireNonNull(inputs.get(input)));
    }
    IndexMap inverse =
        IndexMaps.bijectiveInverse(
            new IndexMap(List.copyOf(own.keySet()), List.of(d.value)), own, analyzer);
    Map<Var, Expr> result = new LinkedHashMap<>();
    for (int i = 0; i < own.size(); i++) {
      Expr e = inverse.outputs().get(i);
      result.put(
          List.copyOf(own.keySet()).get(i),
          Substitute.in(e, Map.of(inverse.inputs().getFirst(), count)));
    }
    return result;
  }

  private List<Var> inputsOf(Expr e) {
    return inputs.keySet().stream().filter(v -> Occurs.in(e, v)).toList();
  }

  private boolean needsPadding(Dividend d) {
    return d.left != 0 || !analyzer.proveDivisible(d.extent, Expr.imm(d.extent.dtype(), d.factor));
  }

  private static Expr total(Dividend d) {
    return Expr.add(above(d), d.left);
  }

  /** The values added above. */
  private static Expr above(Dividend d) {
    Expr end = Expr.add(d.extent, d.left);
    return end instanceof Expr.IntImm imm
        ? Expr.imm(end.dtype(), Math.floorMod(-imm.value(), d.factor))
        : Expr.sub(Expr.imm(end.dtype(), 0), Expr.floorMod(end, -d.factor));
  }

  // Which sums are divided, and by what.

  private void collect(Expr e) {
    if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr.IntImm by)
        && (op == BinaryOp.FLOOR_DIV || op == BinaryOp.FLOOR_MOD)
        && by.value() > 0) {
      Digit digit = digit(a);
      if (digit != null) {
        long left = Math.floorMod(digit.offset, by.value()) * digit.lower;
        divide(digit.value, by.value() * digit.lower, left);
      }
    }
    Expr _ =
        Children.map(
            e,
            child -> {
              collect(child);
              return child;
            });
  }

  private void divide(Expr value, long by, long left) {
    Expr extent = extent(value);
    if (extent == null) {
      return;
    }
    Dividend old = dividends.get(value);
    long factor = old == null ? 1 : old.factor;
    factor = factor / ModularSet.gcd(factor, by) * by;
    dividends.put(
        value, new Dividend(value, extent, factor, Math.max(left, old == null ? 0 : old.left)));
  }

  /** How many values a sum of inputs has; null if it does not count them one after another. */
  private @Nullable Expr extent(Expr value) {
    if (value instanceof Var v) {
      Range range = inputs.get(v);
      return range == null ? null : range.extent();
    }
    Map<Var, Range> own = new LinkedHashMap<>();
    inputsOf(value).forEach(v -> own.put(v, java.util.Objects.requireNonNull(inputs.get(v))));
    IterMapResult found =
        IterMaps.detect(List.of(value), own, Expr.bool(true), IterMapLevel.BIJECTIVE, analyzer);
    if (!found.isDetected() || found.indices().getFirst().args().size() != 1) {
      return null;
    }
    IterSplit whole = found.indices().getFirst().args().getFirst();
    return whole.scale().isConst(1) ? whole.extent() : null;
  }

  /** A dividend as a sum of inputs, a digit of one, and an offset; null if it is neither. */
  private @Nullable Digit digit(Expr e) {
    if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr.IntImm by)
        && op == BinaryOp.FLOOR_DIV
        && by.value() > 0) {
      Digit inner = digit(a);
      return inner == null || inner.offset != 0
          ? null
          : new Digit(inner.value, inner.lower * by.value(), 0);
    }
    if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr.IntImm by)
        && op == BinaryOp.FLOOR_MOD
        && by.value() > 0) {
      return digit(a);
    }
    if (Occurs.any(
        e,
        x ->
            x instanceof Expr.Binary(var op, _, _)
                && op != BinaryOp.ADD
                && op != BinaryOp.SUB
                && op != BinaryOp.MUL)) {
      return null;
    }
    Expr at0 = e;
    for (Var v : inputsOf(e)) {
      at0 = Substitute.in(at0, Map.of(v, Expr.imm(v.dtype(), 0)));
    }
    if (!(analyzer.simplify(at0) instanceof Expr.IntImm offset)) {
      return null;
    }
    Expr value = analyzer.simplify(Expr.sub(e, offset));
    return inputsOf(value).isEmpty() ? null : new Digit(value, 1, offset.value());
  }

  /** An output with padded values in place of what they pad. */
  private Expr substituted(Expr e, Map<Expr, Var> padded) {
    for (Map.Entry<Expr, Var> entry : padded.entrySet()) {
      Dividend d = java.util.Objects.requireNonNull(dividends.get(entry.getKey()));
      if (e.dtype().equals(d.value.dtype()) && isSum(e)) {
        Expr rest = analyzer.simplify(Expr.sub(e, d.value));
        if (rest instanceof Expr.IntImm offset) {
          return analyzer.simplify(Expr.add(entry.getValue(), offset.value() - d.left));
        }
      }
    }
    return Children.map(e, child -> substituted(child, padded));
  }

  private static boolean isSum(Expr e) {
    return e instanceof Var
        || (e instanceof Expr.Binary(var op, _, _)
            && (op == BinaryOp.ADD || op == BinaryOp.SUB || op == BinaryOp.MUL));
  }
}
