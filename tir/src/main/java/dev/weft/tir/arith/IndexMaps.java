package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Children;
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

/** What is done with index maps: application, inverses, shapes. */
public final class IndexMaps {
  private IndexMaps() {}

  /**
   * The inverse of a map that may leave places in the new index space unused.
   *
   * @param inverse from the new indices to the old ones
   * @param padding over the inverse's inputs: where no old index is; false if there is no such
   *     place
   * @param shape the extents of the new indices
   */
  public record PaddedInverse(IndexMap inverse, Expr padding, List<Expr> shape) {
    /** Copies the list. */
    public PaddedInverse {
      shape = List.copyOf(shape);
    }
  }

  /**
   * The indices that the map gives for these.
   *
   * @throws IllegalArgumentException if there are not as many indices as inputs
   */
  public static List<Expr> apply(IndexMap map, List<? extends Expr> indices, Analyzer analyzer) {
    if (indices.size() != map.inputs().size()) {
      throw new IllegalArgumentException(
          "IndexMap of " + map.inputs().size() + " inputs applied to " + indices.size());
    }
    Map<Var, Expr> values = new HashMap<>();
    for (int i = 0; i < indices.size(); i++) {
      Var input = map.inputs().get(i);
      values.put(input, Expr.cast(input.dtype(), indices.get(i)));
    }
    return map.outputs().stream().map(e -> analyzer.simplify(Substitute.in(e, values))).toList();
  }

  /** The map on indices of another integer type. */
  public static IndexMap inType(IndexMap map, DType type) {
    if (map.inputs().stream().allMatch(v -> v.dtype().equals(type))
        && map.outputs().stream().allMatch(e -> !isIndex(e) || e.dtype().equals(type))) {
      return map;
    }
    Map<Var, Expr> values = new HashMap<>();
    List<Var> inputs = new ArrayList<>();
    for (Var input : map.inputs()) {
      Var var = Var.of(input.name(), type);
      inputs.add(var);
      values.put(input, var);
    }
    return new IndexMap(inputs, map.outputs().stream().map(e -> inType(e, values, type)).toList());
  }

  private static boolean isIndex(Expr e) {
    return e.dtype().isInt() && e.dtype().lanes() == 1;
  }

  private static Expr inType(Expr e, Map<Var, Expr> values, DType type) {
    return switch (e) {
      case Var v -> values.getOrDefault(v, v);
      case Expr.IntImm imm -> imm.dtype().isInt() ? Expr.imm(type, imm.value()) : imm;
      case Expr.Binary(var op, var a, var b) ->
          Expr.binary(op, inType(a, values, type), inType(b, values, type));
      case Expr x -> Children.map(x, child -> inType(child, values, type));
    };
  }

  /** The ranges of the outputs while the inputs run through theirs: exact, or a box around. */
  public static List<Range> mapRanges(IndexMap map, List<Range> ranges, Analyzer analyzer) {
    Map<Var, Range> iters = iters(map, ranges);
    List<Range> points = map.outputs().stream().map(Range::point).toList();
    List<IntSet> sets = RegionEstimate.upperBound(points, iters, Expr.bool(true), analyzer);
    List<Range> result = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      Range range = sets.get(i).cover(points.get(i), analyzer);
      if (Occurs.any(range.extent(), x -> x instanceof Var v && iters.containsKey(v))
          || sets.get(i).min() == null
          || sets.get(i).max() == null) {
        throw new IllegalArgumentException(
            "IndexMap: the values of output " + i + " are not bounded");
      }
      result.add(range);
    }
    return List.copyOf(result);
  }

  /** The shape that a buffer of this shape takes. */
  public static List<Expr> mapShape(IndexMap map, List<? extends Expr> shape, Analyzer analyzer) {
    List<Range> ranges = shape.stream().map(Range::upTo).toList();
    return mapRanges(map, ranges, analyzer).stream()
        .map(r -> analyzer.simplify(Expr.add(r.min(), r.extent())))
        .toList();
  }

  /**
   * The inverse of a map that is bijective on these ranges.
   *
   * @throws IllegalArgumentException if it isn't, with the reason
   */
  public static IndexMap inverse(IndexMap map, List<Range> ranges, Analyzer analyzer) {
    return bijectiveInverse(map, iters(map, ranges), analyzer);
  }

  static IndexMap bijectiveInverse(IndexMap map, Map<Var, Range> iters, Analyzer analyzer) {
    IterMapResult detected =
        IterMaps.detect(map.outputs(), iters, Expr.bool(true), IterMapLevel.BIJECTIVE, analyzer);
    if (!detected.isDetected()) {
      throw new IllegalArgumentException(
          "IndexMap is not bijective: " + String.join("; ", detected.errors()));
    }
    List<Var> outputs = new ArrayList<>();
    for (int i = 0; i < map.outputs().size(); i++) {
      Expr e = map.outputs().get(i);
      outputs.add(Var.of(e instanceof Var v ? v.name() : "axis" + i, e.dtype()));
    }
    try (Analyzer.Scope _ = analyzer.scope()) {
      for (int i = 0; i < outputs.size(); i++) {
        IterSum sum = detected.indices().get(i);
        Expr extent =
            sum.args().isEmpty()
                ? Expr.imm(outputs.get(i).dtype(), 1)
                : Expr.mul(sum.args().get(0).extent(), sum.args().get(0).scale());
        analyzer.bind(outputs.get(i), new Range(sum.base(), extent));
      }
      Map<Var, Expr> values = IterMaps.inverse(detected.indices(), outputs, analyzer);
      List<Expr> inputs = new ArrayList<>();
      for (Var input : map.inputs()) {
        Expr value = values.get(input);
        Range range = java.util.Objects.requireNonNull(iters.get(input));
        inputs.add(value == null ? range.min() : value); // an iterator of one value
      }
      return new IndexMap(outputs, inputs);
    }
  }

  /**
   * The inverse of a map that divides indices by numbers that need not divide their extents: the
   * indices are padded at both ends, and the padding says which new indices stand for none.
   *
   * @throws IllegalArgumentException if the map is not bijective on any padded ranges
   */
  public static PaddedInverse nonSurjectiveInverse(
      IndexMap map, List<Range> ranges, Analyzer analyzer) {
    return new IndexMapPadding(map, iters(map, ranges), analyzer).inverse();
  }

  private static Map<Var, Range> iters(IndexMap map, List<Range> ranges) {
    if (ranges.size() != map.inputs().size()) {
      throw new IllegalArgumentException(
          "IndexMap of " + map.inputs().size() + " inputs with " + ranges.size() + " ranges");
    }
    Map<Var, Range> iters = new LinkedHashMap<>();
    for (int i = 0; i < ranges.size(); i++) {
      iters.put(map.inputs().get(i), ranges.get(i));
    }
    return iters;
  }
}
