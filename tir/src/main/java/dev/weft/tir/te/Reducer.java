package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * A commutative and associative way to combine values, or tuples of values of which each component
 * may depend on all components.
 *
 * @param identity the neutral tuple for values of the given types
 * @param combine two tuples to one
 */
public record Reducer(Function<List<DType>, List<Expr>> identity, Combination combine) {
  /** Combines what has been accumulated with one more tuple. */
  @FunctionalInterface
  public interface Combination {
    /** The combined tuple. */
    List<Expr> apply(List<Expr> accumulated, List<Expr> next);
  }

  /** The sum; 0 for nothing. */
  public static final Reducer SUM = of(dtype -> Expr.imm(dtype, 0), Expr::add);

  /** The product; 1 for nothing. */
  public static final Reducer PROD = of(dtype -> Expr.imm(dtype, 1), Expr::mul);

  /** The largest; the type's smallest value (minus infinity for floats) for nothing. */
  public static final Reducer MAX = of(Limits::lowest, Expr::max);

  /** The smallest; the type's largest value (infinity for floats) for nothing. */
  public static final Reducer MIN = of(Limits::highest, Expr::min);

  /** All true; for bool. */
  public static final Reducer ALL = of(dtype -> Expr.bool(true), Expr::and);

  /** Any true; for bool. */
  public static final Reducer ANY = of(dtype -> Expr.bool(false), Expr::or);

  /**
   * (index, value) of the largest value; of equal ones the smallest index, so that the order in
   * which they are combined does not matter. (-1, smallest value) for nothing.
   */
  public static final Reducer ARGMAX = arg(true);

  /** (index, value) of the smallest value; of equal ones the smallest index. */
  public static final Reducer ARGMIN = arg(false);

  /** A reducer of single values. */
  public static Reducer of(Function<DType, Expr> identity, BinaryOperator<Expr> combine) {
    return new Reducer(
        dtypes -> List.of(identity.apply(dtypes.get(0))),
        (a, b) -> List.of(combine.apply(a.get(0), b.get(0))));
  }

  private static Reducer arg(boolean max) {
    return new Reducer(
        dtypes ->
            List.of(
                Expr.imm(dtypes.get(0), -1),
                max ? Limits.lowest(dtypes.get(1)) : Limits.highest(dtypes.get(1))),
        (a, b) -> {
          Expr better = max ? Expr.gt(a.get(1), b.get(1)) : Expr.lt(a.get(1), b.get(1));
          Expr tie = Expr.and(Expr.eq(a.get(1), b.get(1)), Expr.lt(a.get(0), b.get(0)));
          return List.of(
              new Expr.Select(Expr.or(better, tie), a.get(0), b.get(0)),
              new Expr.Select(better, a.get(1), b.get(1)));
        });
  }
}
