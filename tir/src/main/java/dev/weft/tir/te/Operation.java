package dev.weft.tir.te;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Stmt;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** How tensors come about. */
sealed interface Operation {
  /** What blocks are called after. */
  String name();

  /** Given from outside. */
  record Placeholder(String name) implements Operation {}

  /**
   * Computed element by element; with a reduction, {@code values} is empty.
   *
   * @param axes the indices, one a dimension
   * @param values one for each output
   */
  record Compute(
      String name,
      Axes axes,
      List<Expr> values,
      @Nullable Reduction reduction,
      Map<String, AttrValue> annotations)
      implements Operation {
    List<Expr> expressions() {
      return reduction == null ? values : reduction.values();
    }
  }

  /**
   * A statement of the user's over whole buffers.
   *
   * @param inputs what it reads
   * @param body makes it from the buffers of the inputs and of the outputs
   */
  record Extern(String name, List<Tensor> inputs, BiFunction<List<Buffer>, List<Buffer>, Stmt> body)
      implements Operation {}

  /**
   * A statement of the caller's for each point of a domain, in a block of its own.
   *
   * @param axes the domain's axes
   * @param extents how far they go
   * @param inputs what it reads
   * @param body makes it
   */
  record Pointwise(String name, Axes axes, List<Expr> extents, List<Tensor> inputs, PointBody body)
      implements Operation {}
}
