package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.Set;

/** The symbols that types mention. */
final class Symbols {
  private Symbols() {}

  /** Adds the symbols of a type. */
  static void of(GraphType type, Set<String> symbols) {
    switch (type) {
      case TensorType tensor -> of(tensor.shape(), symbols);
      case ShapeType shape -> of(shape.sizes(), symbols);
      case TupleType tuple -> tuple.fields().forEach(field -> of(field, symbols));
    }
  }

  private static void of(Shape shape, Set<String> symbols) {
    for (IntExpr dim : shape.dims()) {
      symbols.addAll(dim.symbols());
    }
  }
}
