package dev.weft.tir.te;

import dev.weft.tir.Buffer;
import dev.weft.tir.Stmt;
import java.util.List;

/** Makes the statement that {@link Te#pointwise} carries out for each point of its domain. */
@FunctionalInterface
public interface PointBody {
  /**
   * The statement of one point.
   *
   * @param axes where the point is
   * @param inputs the inputs' buffers
   * @param outputs the outputs' buffers
   */
  Code at(Axes axes, List<Buffer> inputs, List<Buffer> outputs);

  /**
   * A statement with the memory that it needs for itself.
   *
   * @param body the statement
   * @param local buffers of constant size that each point has for itself
   */
  record Code(Stmt body, List<Buffer> local) {
    /** Copies the list. */
    public Code {
      local = List.copyOf(local);
    }
  }
}
