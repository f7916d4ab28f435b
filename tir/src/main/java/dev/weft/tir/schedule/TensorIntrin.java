package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.List;

/**
 * A tensor intrinsic: what a hardware instruction, or a routine written by hand, computes, and how
 * it is called.
 *
 * <p>Both functions have the same parameters, all buffers, and as their body a root block that says
 * what it reads and writes. A parameter of the implementation may have symbolic strides and a
 * symbolic {@code elem_offset}; they get their values from the place where the intrinsic is used.
 *
 * @param name what {@code tensorize} and traces call it
 * @param description what is computed, in plain loops and blocks
 * @param implementation what takes the place of such a computation
 */
public record TensorIntrin(String name, PrimFunc description, PrimFunc implementation) {
  /**
   * Checks the parameters.
   *
   * @throws InputException if the two functions have not the same number of parameters, a parameter
   *     is no buffer or buffers differ in element type, a body is no block, or the implementation's
   *     block does not say how it accesses a parameter
   */
  public TensorIntrin {
    if (description.params().size() != implementation.params().size()) {
      throw bad(
          name,
          "the description has "
              + description.params().size()
              + " parameters, the implementation "
              + implementation.params().size());
    }
    buffers(name, "description", description);
    List<Buffer> buffers = buffers(name, "implementation", implementation);
    for (int i = 0; i < buffers.size(); i++) {
      Buffer described = description.paramBuffers().get(i);
      if (!described.dtype().equals(buffers.get(i).dtype())) {
        throw bad(
            name,
            "parameter "
                + i
                + " has elements of "
                + described.dtype()
                + " in the description and of "
                + buffers.get(i).dtype()
                + " in the implementation");
      }
      region(name, implementation, buffers.get(i));
    }
  }

  private static List<Buffer> buffers(String name, String which, PrimFunc function) {
    for (Var param : function.params()) {
      if (!function.bufferMap().containsKey(param)) {
        throw bad(name, "parameter '" + param.name() + "' of the " + which + " is no buffer");
      }
    }
    if (!(function.body() instanceof Stmt.BlockRealize)) {
      throw bad(name, "the body of the " + which + " is no block");
    }
    return function.paramBuffers();
  }

  /** The root block of the implementation. */
  public Stmt.Block implementationBlock() {
    return ((Stmt.BlockRealize) implementation.body()).block();
  }

  /** The part of a parameter of the implementation that its root block says it accesses. */
  public BufferRegion accessed(Buffer parameter) {
    return region(name, implementation, parameter);
  }

  private static BufferRegion region(String name, PrimFunc implementation, Buffer parameter) {
    Stmt.Block block = ((Stmt.BlockRealize) implementation.body()).block();
    for (List<BufferRegion> regions : List.of(block.reads(), block.writes())) {
      for (BufferRegion region : regions) {
        if (region.buffer() == parameter) {
          return region;
        }
      }
    }
    throw bad(
        name,
        "the implementation's block neither reads nor writes parameter '"
            + parameter.name()
            + "' (T.reads, T.writes)");
  }

  private static InputException bad(String name, String what) {
    return new InputException(what, "tensor intrinsic '" + name + "'", "");
  }
}
