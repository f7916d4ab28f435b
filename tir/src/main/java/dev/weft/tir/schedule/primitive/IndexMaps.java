package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IterVar;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An index map on the indices of one shape. */
final class IndexMaps {
  private final IndexMap map;
  private final List<Expr> shape;
  private final Analyzer analyzer;
  private final List<Expr> newShape = new ArrayList<>();

  IndexMaps(IndexMap map, List<Expr> shape, Analyzer analyzer) {
    this.map = map;
    this.shape = shape;
    this.analyzer = analyzer;
    Map<Var, Interval> known = new HashMap<>();
    for (int i = 0; i < shape.size(); i++) {
      Expr dim = shape.get(i);
      known.put(map.inputs().get(i), new Interval(Expr.imm(dim.dtype(), 0), Expr.sub(dim, 1)));
    }
    for (Expr output : map.outputs()) {
      Expr last = Regions.evaluate(output, known, analyzer).max();
      newShape.add(
          last == null ? Expr.imm(output.dtype(), 0) : analyzer.simplify(Expr.add(last, 1)));
    }
  }

  Analyzer analyzer() {
    return analyzer;
  }

  /** The new shape. */
  List<Expr> shape() {
    return newShape;
  }

  /** The new indices for old ones. */
  List<Expr> apply(List<Expr> indices) {
    Map<Var, Expr> values = new HashMap<>();
    for (int i = 0; i < indices.size(); i++) {
      Var input = map.inputs().get(i);
      values.put(input, Expr.cast(input.dtype(), indices.get(i)));
    }
    return map.outputs().stream()
        .map(output -> analyzer.simplify(Substitute.in(output, values)))
        .toList();
  }

  /** The inverse; null if the map is not one-to-one onto the new shape. */
  @Nullable AffineInverse inverse() {
    List<IterVar> axes = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      Var input = map.inputs().get(i);
      axes.add(IterVar.spatial(Expr.cast(input.dtype(), shape.get(i)), input));
    }
    AffineInverse inverse = AffineInverse.of(axes, map.outputs(), analyzer);
    if (inverse == null) {
      return null;
    }
    Expr before = product(shape);
    Expr after = product(newShape);
    return analyzer.proveEqual(before, Expr.cast(before.dtype(), after)) ? inverse : null;
  }

  boolean isBijective() {
    return inverse() != null;
  }

  private static Expr product(List<Expr> values) {
    return values.stream().reduce(Expr::mul).orElse(Expr.int32(1));
  }
}
