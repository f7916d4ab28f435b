package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.graph.UnprovenSizesException;
import java.util.ArrayList;
import java.util.List;

/** The operands' types as a type rule sees them, with the checks that rules are made of. */
record Operands(Operator operator, List<GraphType> types) {
  /** Checks the number of operands. */
  static Operands of(Operator operator, List<GraphType> types, int least, int most) {
    if (types.size() < least || types.size() > most) {
      String expected = least == most ? "" + least : least + " to " + most;
      throw new TypeException(
          "takes " + expected + " operands, got " + types.size(), operator.name());
    }
    return new Operands(operator, types);
  }

  int count() {
    return types.size();
  }

  TensorType tensor(int index) {
    if (types.get(index) instanceof TensorType tensor) {
      return tensor;
    }
    throw failure("operand " + index + " must be a tensor, got " + types.get(index));
  }

  List<TensorType> tensors() {
    List<TensorType> tensors = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      tensors.add(tensor(i));
    }
    return tensors;
  }

  TensorType tensorOfRank(int index, int least) {
    TensorType tensor = tensor(index);
    if (tensor.rank() < least) {
      throw failure(
          "operand " + index + " must have at least " + least + " dimensions, got " + tensor);
    }
    return tensor;
  }

  TensorType floating(int index) {
    TensorType tensor = tensor(index);
    if (!tensor.dtype().isFloat()) {
      throw failure("operand " + index + " must be floating-point, got " + tensor);
    }
    return tensor;
  }

  /** The element type that all tensor operands share. */
  DType commonDtype() {
    DType dtype = tensor(0).dtype();
    for (int i = 1; i < count(); i++) {
      sameDtype(0, i);
    }
    return dtype;
  }

  void sameDtype(int a, int b) {
    if (!tensor(a).dtype().equals(tensor(b).dtype())) {
      throw failure(
          "operands "
              + a
              + " and "
              + b
              + " must have one element type, got "
              + tensor(a)
              + " and "
              + tensor(b));
    }
  }

  int axis(int axis, int rank) {
    if (axis < 0 || axis >= rank) {
      throw failure("axis " + axis + " is not in 0.." + (rank - 1));
    }
    return axis;
  }

  /**
   * Refuses sizes that are known to differ, and symbolic ones that may.
   *
   * @throws UnprovenSizesException for the latter
   */
  void sameSize(IntExpr a, IntExpr b, String what) {
    if (!SizeAlgebra.equal(a, b)) {
      String message = what + " must agree, got " + a + " and " + b;
      if (SizeAlgebra.constant(SizeAlgebra.minus(a, b)) != null) {
        throw failure(message);
      }
      throw UnprovenSizesException.equal(message, operator.name(), a, b);
    }
  }

  /** The shape that two shapes are broadcast to (NumPy's rule). */
  Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int inA = i - (rank - a.rank());
      int inB = i - (rank - b.rank());
      IntExpr x = inA < 0 ? IntExpr.of(1) : a.dim(inA);
      IntExpr y = inB < 0 ? IntExpr.of(1) : b.dim(inB);
      dims.add(broadcastDim(x, y, a, b, rank - 1 - i));
    }
    return new Shape(dims);
  }

  private IntExpr broadcastDim(IntExpr x, IntExpr y, Shape a, Shape b, int fromEnd) {
    if (isOne(x)) {
      return y;
    }
    if (isOne(y) || SizeAlgebra.equal(x, y)) {
      return x;
    }
    String message = "the shapes " + a + " and " + b + " can't be broadcast together";
    if (SizeAlgebra.constant(x) != null && SizeAlgebra.constant(y) != null) {
      throw failure(message);
    }
    throw UnprovenSizesException.broadcast(
        message + ": it is not known whether " + x + " equals " + y,
        operator.name(),
        x,
        y,
        fromEnd);
  }

  /** Refuses an output size that is known to be negative. */
  IntExpr positive(IntExpr size, String otherwise) {
    Long value = SizeAlgebra.constant(size);
    if (value != null && value < 0) {
      throw failure(otherwise);
    }
    return size;
  }

  static boolean isOne(IntExpr size) {
    return size instanceof IntExpr.Const(long value) && value == 1;
  }

  TypeException failure(String what) {
    return new TypeException(what, operator.name());
  }
}
