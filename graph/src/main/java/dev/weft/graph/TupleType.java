package dev.weft.graph;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Several values.
 *
 * @param fields the type of each
 */
public record TupleType(List<GraphType> fields) implements GraphType {
  /** Copies the list. */
  public TupleType {
    fields = List.copyOf(fields);
  }

  @Override
  public String toString() {
    return fields.stream().map(GraphType::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
