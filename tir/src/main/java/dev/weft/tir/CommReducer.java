package dev.weft.tir;

import java.util.List;

/**
 * A commutative and associative way to combine two tuples of values, {@code lambda x, y: x + y};
 * the attribute {@code reduce_scope} of a reduction across threads speaks of one.
 *
 * @param left the parameters that stand for the one tuple
 * @param right the parameters that stand for the other
 * @param results the combined tuple, expressions over the parameters
 * @param identity the neutral tuple
 */
public record CommReducer(List<Var> left, List<Var> right, List<Expr> results, List<Expr> identity)
    implements AttrValue {
  /** Copies the lists and checks that all tuples are alike. */
  public CommReducer {
    left = List.copyOf(left);
    right = List.copyOf(right);
    results = List.copyOf(results);
    identity = List.copyOf(identity);
    int width = identity.size();
    Checks.require(
        width > 0 && left.size() == width && right.size() == width && results.size() == width,
        "CommReducer has tuples of %s, %s, %s and %s values",
        left.size(),
        right.size(),
        results.size(),
        width);
    for (int i = 0; i < width; i++) {
      Checks.sameType("CommReducer.identity", left.get(i), identity.get(i));
      Checks.sameType("CommReducer.identity", right.get(i), identity.get(i));
      Checks.sameType("CommReducer.results", left.get(i), results.get(i));
    }
  }
}
