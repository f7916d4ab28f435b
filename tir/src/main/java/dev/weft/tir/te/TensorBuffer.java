package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.List;

/** A buffer that knows its tensor, so that an expression leads to the tensors it is made of. */
final class TensorBuffer extends Buffer {
  private final Tensor tensor;

  TensorBuffer(Tensor tensor, String name, DType dtype, List<Expr> shape) {
    super(
        Var.pointer(name, dtype, Scope.GLOBAL),
        dtype,
        shape,
        List.of(),
        Expr.imm(shape.isEmpty() ? DType.INT32 : shape.get(0).dtype(), 0),
        name,
        DEFAULT_ALIGNMENT,
        1,
        List.of());
    this.tensor = tensor;
  }

  Tensor tensor() {
    return tensor;
  }
}
