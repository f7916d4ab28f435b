package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.AffineMap;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Indices solved for the axes that they are made of. */
final class AffineInverse {
  private final AffineMap map;
  private final Map<Var, Expr> units;
  private final Analyzer analyzer;

  private AffineInverse(AffineMap map, Map<Var, Expr> units, Analyzer analyzer) {
    this.map = map;
    this.units = units;
    this.analyzer = analyzer;
  }

  /** The inverse of indices that hold each combination of the axes once; null if they don't. */
  static @Nullable AffineInverse of(List<IterVar> axes, List<Expr> indices, Analyzer analyzer) {
    Map<Var, Range> domain = new LinkedHashMap<>();
    Map<Var, Expr> units = new HashMap<>();
    for (IterVar axis : axes) {
      domain.put(axis.var(), axis.dom());
      if (axis.dom().isPoint()) {
        units.put(axis.var(), axis.dom().min());
      }
    }
    AffineMap map =
        AffineMap.detect(indices, domain, Expr.bool(true), AffineMap.Level.BIJECTIVE, analyzer);
    return map == null ? null : new AffineInverse(map, units, analyzer);
  }

  /** The axes for given values of the indices. */
  Map<Var, Expr> apply(List<Expr> values) {
    Map<Var, Expr> result = new HashMap<>(units);
    map.inverse(values).forEach((var, value) -> result.put(var, analyzer.simplify(value)));
    return result;
  }

  /** Intervals of the axes for intervals of the indices; null where there is no inverse. */
  static @Nullable Map<Var, Interval> solve(
      List<IterVar> axes, List<Expr> indices, List<Interval> intervals, Analyzer analyzer) {
    AffineInverse inverse = of(axes, indices, analyzer);
    if (inverse == null) {
      return null;
    }
    Map<Var, Interval> known = new HashMap<>();
    Expr[] outputs = new Expr[indices.size()];
    for (int i = 0; i < outputs.length; i++) {
      Var output = Var.of("o" + i, indices.get(i).dtype());
      outputs[i] = output;
      known.put(output, intervals.get(i));
    }
    Map<Var, Interval> result = new HashMap<>();
    inverse
        .map
        .inverse(List.of(outputs))
        .forEach((var, e) -> result.put(var, Regions.evaluate(e, known, analyzer)));
    return result;
  }
}
