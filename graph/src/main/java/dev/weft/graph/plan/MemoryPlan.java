package dev.weft.graph.plan;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each value of a lowered function is kept: in one pool, which values share that are never
 * needed at the same time, or in the memory of a parameter, a result or a constant. Views are kept
 * where what they show is kept.
 */
public final class MemoryPlan {
  /** Alignment of every value in the pool, in bytes. */
  public static final long ALIGNMENT = 64;

  /**
   * A result that no kernel writes in its place: it is a parameter, a constant, or a value that is
   * another result too.
   *
   * @param output the result
   * @param from what it is copied from when all bindings are carried out
   */
  public record Copy(int output, GraphExpr from) {}

  private final Map<GraphVar, List<Place>> places;
  private final IntExpr poolBytes;
  private final IntExpr unsharedBytes;
  private final List<Copy> copies;

  MemoryPlan(
      Map<GraphVar, List<Place>> places,
      IntExpr poolBytes,
      IntExpr unsharedBytes,
      List<Copy> copies) {
    this.places = Collections.unmodifiableMap(places);
    this.poolBytes = poolBytes;
    this.unsharedBytes = unsharedBytes;
    this.copies = List.copyOf(copies);
  }

  /**
   * Plans a function whose bindings are calls of TensorIR or registered functions, views and
   * tuples.
   *
   * @throws IllegalArgumentException naming the binding, if there is any other
   */
  public static MemoryPlan of(GraphFunction function) {
    return new Planner(function).plan();
  }

  /** Where a tensor is kept. */
  public Place place(GraphExpr atom) {
    return places(atom).get(0);
  }

  /** Where a tensor, or each field of a tuple, is kept. */
  public List<Place> places(GraphExpr atom) {
    if (atom instanceof GraphExpr.Constant constant) {
      return List.of(new Place.Constant(constant));
    }
    List<Place> known = atom instanceof GraphVar variable ? places.get(variable) : null;
    if (known == null) {
      throw new IllegalArgumentException("'" + atom + "' is no value of the function");
    }
    return known;
  }

  /** Size of the pool in bytes. */
  public IntExpr poolBytes() {
    return poolBytes;
  }

  /** What the pool's values would take without sharing, in bytes. */
  public IntExpr unsharedBytes() {
    return unsharedBytes;
  }

  /** The results that are copied. */
  public List<Copy> copies() {
    return copies;
  }

  static IdentityHashMap<GraphVar, List<Place>> newPlaces() {
    return new IdentityHashMap<>();
  }
}
