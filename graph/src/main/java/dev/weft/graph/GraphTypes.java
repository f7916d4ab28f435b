package dev.weft.graph;

import dev.weft.base.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Compares types: symbolic dimensions are equal if they are the same polynomial. */
public final class GraphTypes {
  private GraphTypes() {}

  /** Whether two types are known to be the same. */
  public static boolean equal(GraphType a, GraphType b) {
    return switch (a) {
      case TensorType x ->
          b instanceof TensorType y && x.dtype().equals(y.dtype()) && equal(x.shape(), y.shape());
      case ShapeType x -> b instanceof ShapeType y && equal(x.sizes(), y.sizes());
      case TupleType(List<GraphType> fields) ->
          b instanceof TupleType(List<GraphType> others)
              && fields.size() == others.size()
              && IntStream.range(0, fields.size())
                  .allMatch(i -> equal(fields.get(i), others.get(i)));
    };
  }

  /** Whether two shapes are known to be the same. */
  public static boolean equal(Shape a, Shape b) {
    return a.rank() == b.rank()
        && IntStream.range(0, a.rank()).allMatch(i -> SizeAlgebra.equal(a.dim(i), b.dim(i)));
  }

  /** Whether both are tensors that are known to have the same shape. */
  public static boolean sameShape(GraphType a, GraphType b) {
    return a instanceof TensorType x && b instanceof TensorType y && equal(x.shape(), y.shape());
  }
}
