package dev.weft.compiler.interpreter;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes the symbolic sizes of a function scalar parameters, since a device's kernel is given plain
 * memory, which has no shape to read sizes from.
 */
public final class ExplicitSizes {
  private ExplicitSizes() {}

  /** The variables that stand for a dimension of a parameter and are no parameters themselves. */
  public static List<Var> of(PrimFunc function) {
    Set<Var> sizes = new LinkedHashSet<>();
    for (Buffer buffer : function.paramBuffers()) {
      for (Expr dim : buffer.shape()) {
        if (dim instanceof Var size && !function.params().contains(size)) {
          sizes.add(size);
        }
      }
    }
    return List.copyOf(sizes);
  }

  /** The function with its sizes as additional parameters at the end. */
  public static PrimFunc asParams(PrimFunc function) {
    List<Var> params = new ArrayList<>(function.params());
    params.addAll(of(function));
    return new PrimFunc(params, function.bufferMap(), function.attrs(), function.body());
  }
}
