package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Quasi-affine maps of iterators: indices made of iterators by splitting and fusing. As in TVM's
 * iterator maps (Feng et al., "TensorIR", 2023, section 3.3), an index is a sum of digits of
 * iterators, and a map is bijective if every digit of every iterator is used exactly once.
 */
public final class IterMaps {
  private IterMaps() {}

  /**
   * Finds the digits of iterators that indices are made of.
   *
   * @param indices the indices, int32 or int64
   * @param inputIters the iterators and their ranges
   * @param predicate bounds on sums of iterators, {@code i*4 + j < 30}, or true: only iterations in
   *     which it holds count
   * @param level what is asked of the map
   */
  public static IterMapResult detect(
      List<Expr> indices,
      Map<Var, Range> inputIters,
      Expr predicate,
      IterMapLevel level,
      Analyzer analyzer) {
    try (Analyzer.Scope _ = analyzer.scope()) {
      inputIters.forEach(analyzer::bind);
      return detect(indices, new IterMapBuilder(inputIters, analyzer), predicate, level, analyzer);
    } catch (IterMapBuilder.NotAffine reason) {
      return new IterMapResult(List.of(), List.of(String.valueOf(reason.getMessage())));
    }
  }

  private static IterMapResult detect(
      List<Expr> indices,
      IterMapBuilder builder,
      Expr predicate,
      IterMapLevel level,
      Analyzer analyzer) {
    Expr known = analyzer.simplify(predicate);
    if (known.isConst(0)) {
      return new IterMapResult(List.of(), List.of("the predicate never holds"));
    }
    boolean check = level != IterMapLevel.NO_CHECK;
    for (Expr conjunct : conjuncts(known)) {
      try {
        builder.constrain(conjunct);
      } catch (IterMapBuilder.NotAffine reason) {
        if (check) {
          throw reason;
        }
      }
    }
    List<IterSum> sums = new ArrayList<>();
    List<IterSplit> splits = new ArrayList<>();
    for (Expr index : indices) {
      IterSum sum = builder.applyConstraints(build(builder, index, analyzer));
      if (!sum.args().isEmpty() && (check || isChain(builder, sum))) {
        IterSplit fused = builder.fuse(sum);
        splits.add(fused);
        sum = new IterSum(List.of(fused), sum.base());
      }
      sums.add(sum);
    }
    for (IterMapBuilder.Constrained c : builder.constrained()) {
      if (c.mark().extent().isConst(1)) {
        splits.add(
            IterSplit.whole(c.mark())); // a constant in the indices, but not to be used twice
      }
    }
    if (check) {
      IterMapCheck checker = new IterMapCheck(analyzer, level == IterMapLevel.BIJECTIVE);
      String error = checker.check(splits);
      if (error == null) {
        error = unused(builder, checker.seen(), level);
      }
      if (error != null) {
        return new IterMapResult(List.of(), List.of(error));
      }
    }
    return new IterMapResult(sums, List.of());
  }

  /** From the simplified index, or, where that is no sum of digits, from the index as it is. */
  private static IterSum build(IterMapBuilder builder, Expr index, Analyzer analyzer) {
    try {
      return builder.build(analyzer.simplify(index));
    } catch (IterMapBuilder.NotAffine _) {
      return builder.build(index);
    }
  }

  private static boolean isChain(IterMapBuilder builder, IterSum sum) {
    try {
      builder.fuse(sum);
      return true;
    } catch (IterMapBuilder.NotAffine _) {
      return false;
    }
  }

  private static @Nullable String unused(
      IterMapBuilder builder, Set<IterMark> seen, IterMapLevel level) {
    for (IterMapBuilder.Constrained c : builder.constrained()) {
      if (!seen.contains(c.mark())) {
        return "a predicate bounds iterators that no index fuses in that way";
      }
    }
    if (level == IterMapLevel.BIJECTIVE) {
      for (Map.Entry<Var, IterSum> input : builder.inputs().entrySet()) {
        for (IterSplit split : input.getValue().args()) {
          if (!seen.contains(split.source())) {
            return "the iterator '" + input.getKey().name() + "' is not used";
          }
        }
      }
    }
    return null;
  }

  private static List<Expr> conjuncts(Expr e) {
    if (e instanceof Expr.Binary(var op, var a, var b) && op == BinaryOp.AND) {
      List<Expr> all = new ArrayList<>(conjuncts(a));
      all.addAll(conjuncts(b));
      // bounds on few iterators first, so that bounds on sums are made of what they leave
      all.sort(Comparator.comparingInt(IterMaps::size));
      return all;
    }
    return e.isConst(1) ? List.of() : List.of(e);
  }

  private static int size(Expr e) {
    int[] vars = {0};
    boolean _ =
        Occurs.any(
            e,
            x -> {
              vars[0] += x instanceof Var ? 1 : 0;
              return false;
            });
    return vars[0];
  }

  /** The sum as an expression, in canonical form. */
  public static Expr toExpr(IterSum sum, Analyzer analyzer) {
    return analyzer.simplify(toExpr(sum));
  }

  /** The iterator as an expression, in canonical form. */
  public static Expr toExpr(IterMark mark, Analyzer analyzer) {
    return analyzer.simplify(toExpr(mark));
  }

  private static Expr toExpr(IterSum sum) {
    Expr result = sum.base();
    for (IterSplit split : sum.args()) {
      result = Expr.add(result, toExpr(split));
    }
    return result;
  }

  private static Expr toExpr(IterMark mark) {
    return switch (mark.source()) {
      case IterSource.Input(var v, var min) -> Expr.sub(v, min);
      case IterSum sum -> toExpr(sum);
    };
  }

  static Expr toExpr(IterSplit split) {
    Expr e = toExpr(split.source());
    e = Expr.floorDiv(e, split.lower());
    boolean top =
        split.extent().equals(split.source().extent())
            || Expr.mul(split.lower(), split.extent()).equals(split.source().extent());
    e = top ? e : Expr.floorMod(e, split.extent());
    return Expr.mul(e, split.scale());
  }

  /** The indices, each simplified as a sum of digits where it is one. */
  public static List<Expr> simplify(
      List<Expr> indices, Map<Var, Range> inputIters, Expr predicate, Analyzer analyzer) {
    List<Expr> result = new ArrayList<>();
    for (Expr index : indices) {
      IterMapResult map =
          detect(List.of(index), inputIters, predicate, IterMapLevel.NO_CHECK, analyzer);
      try (Analyzer.Scope _ = analyzer.scope()) {
        inputIters.forEach(analyzer::bind);
        analyzer.assume(analyzer.simplify(predicate));
        result.add(
            map.isDetected() ? toExpr(map.indices().get(0), analyzer) : analyzer.simplify(index));
      }
    }
    return List.copyOf(result);
  }

  /**
   * The input iterators as expressions of the outputs of a bijective map.
   *
   * @param map a map that {@link #detect} found bijective
   * @param outputs an expression for each index
   * @throws IllegalArgumentException if there are not as many outputs as indices
   */
  public static Map<Var, Expr> inverse(
      List<IterSum> map, List<? extends Expr> outputs, Analyzer analyzer) {
    if (map.size() != outputs.size()) {
      throw new IllegalArgumentException(
          "inverse: " + outputs.size() + " outputs for a map of " + map.size() + " indices");
    }
    Map<IterMark, Expr> values = new LinkedHashMap<>();
    for (int i = 0; i < map.size(); i++) {
      scatter(map.get(i), outputs.get(i), values);
    }
    Map<Var, Expr> result = new LinkedHashMap<>();
    while (!values.isEmpty()) {
      IterMark mark =
          values.keySet().stream().max(Comparator.comparingInt(IterMark::depth)).orElseThrow();
      Expr value = analyzer.simplify(java.util.Objects.requireNonNull(values.remove(mark)));
      switch (mark.source()) {
        case IterSource.Input(var v, var min) ->
            result.put(v, analyzer.simplify(Expr.add(value, min)));
        case IterSum sum -> scatter(sum, value, values);
      }
    }
    return result;
  }

  /** Gives the digits of a sum the values that they have in the sum's value. */
  private static void scatter(IterSum sum, Expr total, Map<IterMark, Expr> values) {
    Expr value = Expr.sub(total, sum.base());
    for (int i = 0; i < sum.args().size(); i++) {
      IterSplit split = sum.args().get(i);
      Expr digit = Expr.floorDiv(value, split.scale());
      if (i > 0) {
        digit = Expr.floorMod(digit, split.extent());
      }
      Expr part = Expr.mul(digit, split.lower());
      values.merge(split.source(), part, Expr::add);
    }
  }

  /**
   * What an index is made of in an outer and an inner loop nest.
   *
   * @param outer the outer part, from 0 unless the index has an offset
   * @param outerExtent the number of its values
   * @param inner the inner part; the index is {@code outer * innerExtent + inner}
   * @param innerExtent the number of its values
   */
  public record Division(Expr outer, Expr outerExtent, Expr inner, Expr innerExtent) {}

  /**
   * A division of indices into an outer and an inner space.
   *
   * @param indices one division an index
   * @param outerPredicate what the predicate says of the outer iterators alone
   * @param innerPredicate the rest of it
   */
  public record Subspaces(List<Division> indices, Expr outerPredicate, Expr innerPredicate) {
    /** Copies the list. */
    public Subspaces {
      indices = List.copyOf(indices);
    }
  }

  /**
   * Divides each index into an outer part of the other iterators and an inner part of {@code
   * subIters}, with {@code index = outer * innerExtent + inner}; null if there is no such division.
   */
  public static @Nullable Subspaces subspaceDivide(
      List<Expr> bindings,
      Map<Var, Range> inputIters,
      Set<Var> subIters,
      Expr predicate,
      Analyzer analyzer) {
    try (Analyzer.Scope _ = analyzer.scope()) {
      inputIters.forEach(analyzer::bind);
      IterMapBuilder builder = new IterMapBuilder(inputIters, analyzer);
      List<Division> divisions = new ArrayList<>();
      List<IterSplit> splits = new ArrayList<>();
      for (Expr binding : bindings) {
        IterSum sum = builder.build(analyzer.simplify(binding));
        if (!sum.args().isEmpty()) {
          splits.add(builder.fuse(sum));
        }
        Division division = divide(sum, subIters, builder, analyzer);
        if (division == null) {
          return null;
        }
        divisions.add(division);
      }
      if (new IterMapCheck(analyzer, false).check(splits) != null) {
        return null;
      }
      Expr outer = Expr.bool(true);
      Expr inner = Expr.bool(true);
      for (Expr conjunct : conjuncts(analyzer.simplify(predicate))) {
        boolean within = Occurs.any(conjunct, x -> x instanceof Var v && subIters.contains(v));
        outer = within ? outer : Expr.and(outer, conjunct);
        inner = within ? Expr.and(inner, conjunct) : inner;
      }
      return new Subspaces(divisions, outer, inner);
    } catch (IterMapBuilder.NotAffine _) {
      return null;
    }
  }

  private static @Nullable Division divide(
      IterSum sum, Set<Var> subIters, IterMapBuilder builder, Analyzer analyzer) {
    DType dtype = sum.base().dtype();
    Expr zero = Expr.imm(dtype, 0);
    Expr one = Expr.imm(dtype, 1);
    List<IterSplit> outer = new ArrayList<>();
    List<IterSplit> inner = new ArrayList<>();
    for (IterSplit split : sum.args()) {
      Expr e = toExpr(split);
      boolean fromInner = Occurs.any(e, x -> x instanceof Var v && subIters.contains(v));
      boolean fromOuter =
          Occurs.any(
              e,
              x -> x instanceof Var v && builder.inputs().containsKey(v) && !subIters.contains(v));
      if (fromInner && fromOuter) {
        return null;
      }
      (fromInner ? inner : outer).add(split);
    }
    if (inner.isEmpty()) {
      return new Division(toExpr(sum, analyzer), extent(outer, builder, one), zero, one);
    }
    if (outer.isEmpty()) {
      return new Division(zero, one, toExpr(sum, analyzer), extent(inner, builder, one));
    }
    IterSplit low = builder.fuse(new IterSum(inner, zero));
    IterSplit high = builder.fuse(new IterSum(outer, zero));
    boolean adjacent = low.scale().isConst(1) && analyzer.proveEqual(high.scale(), low.extent());
    if (!adjacent || !analyzer.proveDivisible(sum.base(), low.extent())) {
      return null;
    }
    Expr base = Expr.floorDiv(sum.base(), low.extent());
    return new Division(
        analyzer.simplify(Expr.add(toExpr(high.withScale(one)), base)),
        high.extent(),
        analyzer.simplify(toExpr(low)),
        low.extent());
  }

  private static Expr extent(List<IterSplit> splits, IterMapBuilder builder, Expr one) {
    if (splits.isEmpty()) {
      return one;
    }
    IterSplit fused = builder.fuse(new IterSum(splits, Expr.imm(one.dtype(), 0)));
    return builder.simplify(Expr.mul(fused.extent(), fused.scale()));
  }
}
