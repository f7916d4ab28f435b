package dev.weft.graph;

/**
 * A variable of a graph function: a parameter or what a {@link Binding} gives a name to. Identity
 * counts, not the name.
 */
public final class GraphVar implements GraphExpr {
  private final String name;
  private final GraphType type;
  private final boolean dataflow;

  private GraphVar(String name, GraphType type, boolean dataflow) {
    this.name = name;
    this.type = type;
    this.dataflow = dataflow;
  }

  /** A variable that can be used wherever it is in scope. */
  public static GraphVar of(String name, GraphType type) {
    return new GraphVar(name, type, false);
  }

  /** A variable that can be used within the dataflow block that binds it, and nowhere else. */
  public static GraphVar dataflow(String name, GraphType type) {
    return new GraphVar(name, type, true);
  }

  /** The name, which need not be unique; the printer makes it so. */
  public String name() {
    return name;
  }

  @Override
  public GraphType type() {
    return type;
  }

  /** Whether the variable is known within its dataflow block only. */
  public boolean isDataflow() {
    return dataflow;
  }

  /** The type of a variable that holds one tensor. */
  public TensorType tensorType() {
    if (type instanceof TensorType tensor) {
      return tensor;
    }
    throw new IllegalStateException("'" + name + "' is no tensor but " + type);
  }

  @Override
  public String toString() {
    return name;
  }
}
