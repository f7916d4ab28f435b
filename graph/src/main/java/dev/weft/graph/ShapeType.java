package dev.weft.graph;

import dev.weft.base.Shape;

/**
 * A list of sizes that is known to the host while a model runs.
 *
 * @param sizes the sizes, as far as the compiler knows them: expressions over symbols
 */
public record ShapeType(Shape sizes) implements GraphType {
  @Override
  public String toString() {
    return "shape" + sizes;
  }
}
