package dev.weft.graph.structural;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.util.Optional;

/**
 * Compares graphs by structure. The names of variables, parameters, constants and symbolic sizes
 * never count; everything else does: operators with their attributes, types, the elements of
 * constants, the names of functions and results, the order of bindings and how they are in blocks.
 */
public final class GraphEquality {
  private GraphEquality() {}

  /** The first place where two graphs differ, or nothing. */
  public static Optional<Mismatch> check(Graph a, Graph b) {
    if (!a.functions().keySet().equals(b.functions().keySet())) {
      return Optional.of(
          new Mismatch(
              "", "functions of the graph", a.functions().keySet(), b.functions().keySet()));
    }
    for (String name : a.functions().keySet()) {
      Optional<Mismatch> mismatch = check(name, a.function(name), b.function(name));
      if (mismatch.isPresent()) {
        return mismatch;
      }
    }
    return StructuralEqual.check(a.primFuncs(), b.primFuncs());
  }

  /**
   * The first place where two functions differ, or nothing.
   *
   * @param name what the place calls them
   */
  public static Optional<Mismatch> check(String name, GraphFunction a, GraphFunction b) {
    return Skeleton.of(a).mismatch(Skeleton.of(b), name);
  }

  /** Whether two graphs are the same. */
  public static boolean equal(Graph a, Graph b) {
    return check(a, b).isEmpty();
  }
}
